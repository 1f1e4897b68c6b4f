import { z } from 'zod';
import type { TextFile } from '../../src/chat/text-file.js';
import type { Activity } from './activity.js';
import { isSafeLink } from './buttons.js';

/** Comes back with the answer. */
const TOKEN = 'behalfFile';
const MAX_TOKEN = 200;
const MAX_URL = 8_000;

export const FILE_CONSENT = 'fileConsent/invoke';

/** A file that the person is asked about before it is put into their OneDrive. */
export interface FileOffer {
  readonly token: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly description: string;
}

/** A message with a file in it, as JSON of the Bot Framework protocol. */
export interface FileActivity {
  readonly type: 'message';
  /** Read out, and shown in notifications. */
  readonly summary: string;
  readonly attachments: readonly [
    { readonly contentType: string; readonly contentUrl?: string; readonly name: string; readonly content: object },
  ];
}

/** Where Teams has the file put. */
export interface FileUpload {
  readonly uploadUrl: string;
  readonly contentUrl: string;
  /** What it is called there. */
  readonly name?: string | null | undefined;
  readonly uniqueId?: string | null | undefined;
  readonly fileType?: string | null | undefined;
}

export type FileAnswer =
  | { readonly kind: 'accepted'; readonly token: string; readonly upload: FileUpload }
  | { readonly kind: 'declined'; readonly token: string };

const url = z.string().min(1).max(MAX_URL);
const Context = z.object({ [TOKEN]: z.string().min(1).max(MAX_TOKEN) });
/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
const Value = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('accept'),
    context: Context,
    uploadInfo: z.object({
      uploadUrl: url,
      contentUrl: url.refine(isSafeLink),
      // Of these Microsoft says only that they may be there.
      name: z.string().max(400).nullish(),
      uniqueId: z.string().max(200).nullish(),
      fileType: z.string().max(20).nullish(),
    }),
  }),
  z.object({ action: z.literal('decline'), context: Context }),
]);

export function offerOf(file: TextFile, token: string, description: string): FileOffer {
  return { token, name: file.name, size: Buffer.byteLength(file.text), description };
}

/** The card with Allow and Decline, which Teams draws in 1:1 chats only. */
export function renderOffer({ description, name, size, token }: FileOffer): FileActivity {
  const context = { [TOKEN]: token };
  const content = { description, sizeInBytes: size, acceptContext: context, declineContext: context };
  return {
    type: 'message',
    summary: `${description}: ${name}`,
    attachments: [{ contentType: 'application/vnd.microsoft.teams.card.file.consent', name, content }],
  };
}

/** The file as it lies in the person's OneDrive. `summary`: what is read out. */
export function renderGiven(upload: FileUpload, name: string, summary: string): FileActivity {
  const { contentUrl, fileType, uniqueId } = upload;
  const content = { ...(uniqueId ? { uniqueId } : {}), fileType: fileType || (name.split('.').at(-1) ?? '') };
  return {
    type: 'message',
    summary,
    attachments: [{ contentType: 'application/vnd.microsoft.teams.card.file.info', contentUrl, name, content }],
  };
}

/** Undefined for what is no answer to a card of ours. */
export function readAnswer({ value }: Pick<Activity, 'value'>): FileAnswer | undefined {
  const answer = Value.safeParse(value).data;
  if (answer === undefined) return undefined;
  const token = answer.context[TOKEN];
  return answer.action === 'decline'
    ? { kind: 'declined', token }
    : { kind: 'accepted', token, upload: answer.uploadInfo };
}
