import { z } from 'zod';
import { isRecord } from './cards.js';
import type { OneDrive } from './one-drive.js';
import type { SeenMessage } from './types.js';

const CONSENT = 'application/vnd.microsoft.teams.card.file.consent';
const INFO = 'application/vnd.microsoft.teams.card.file.info';

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
const Offer = z.object({
  contentType: z.literal(CONSENT),
  name: z.string().min(1),
  content: z.object({
    description: z.string(),
    sizeInBytes: z.number().int().positive(),
    acceptContext: z.record(z.string(), z.unknown()),
    declineContext: z.record(z.string(), z.unknown()),
  }),
});

const Given = z.object({
  contentType: z.literal(INFO),
  contentUrl: z.url(),
  name: z.string().min(1),
  content: z.object({ uniqueId: z.string().optional(), fileType: z.string() }),
});

type FileOffer = z.infer<typeof Offer>;

/** The file that the bot asks about in a message. */
export function offerIn(activity: unknown): FileOffer | undefined {
  return attachmentsIn(activity).flatMap((attachment) => Offer.safeParse(attachment).data ?? [])[0];
}

/** A person agrees to a file, or does not. */
export type ConsentAction = 'accept' | 'decline';

interface Consent {
  readonly personId: string;
  readonly action: ConsentAction;
  /** What Teams calls it in OneDrive, where that is another name. */
  readonly name?: string | undefined;
}

/** What the client sends when somebody presses Allow or Decline; the card stays as it is until the bot changes it. */
export function consentInvoke(message: SeenMessage | undefined, consent: Consent, oneDrive: OneDrive) {
  const { action, name, personId } = consent;
  const offer = offerIn(message?.activity);
  if (!offer || !message) throw new Error('The message offers no file');
  const { acceptContext, declineContext } = offer.content;
  const value =
    action === 'accept'
      ? { action, context: acceptContext, uploadInfo: oneDrive.openUpload(personId, name ?? offer.name) }
      : { action, context: declineContext };
  return { name: 'fileConsent/invoke', value: { type: 'fileUpload', ...value }, replyToId: message.id };
}

/** What is wrong with the files in a message; undefined when nothing is. */
export function fileMistake(activity: unknown, isPersonal: boolean): string | undefined {
  const files = attachmentsIn(activity).filter(({ contentType }) => contentType === CONSENT || contentType === INFO);
  if (files.length === 0) return undefined;
  if (!isPersonal) return 'File cards are for 1:1 chats';
  const isRight = files.every((file) => Offer.safeParse(file).success || Given.safeParse(file).success);
  return isRight ? undefined : 'A file card lacks something';
}

function attachmentsIn(activity: unknown): readonly Readonly<Record<string, unknown>>[] {
  const attachments = isRecord(activity) ? activity['attachments'] : undefined;
  return Array.isArray(attachments) ? attachments.filter(isRecord) : [];
}
