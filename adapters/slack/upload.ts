import type { TextFile } from '../../src/chat/text-file.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { textAt } from './json.js';
import { escapeText } from './text.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';

/** Why a workspace takes no file from the app, whatever the file is. */
const NO_FILES: readonly (string | undefined)[] = [
  'missing_scope',
  'file_uploads_disabled',
  'file_uploads_except_images_disabled',
  'file_upload_size_restricted',
  'storage_limit_reached',
  'team_quota_exceeded',
];

interface UploadParts {
  readonly api: SlackApi;
  /** Where files may be sent to: Slack's own hosts. */
  readonly origins: readonly string[];
}

/** True where the app may attach nothing there. */
export function isUploadForbidden(error: unknown): boolean {
  return NO_FILES.includes(slackErrorOf(error));
}

/**
 * Puts a file into a channel or direct message. https://docs.slack.dev/messaging/working-with-files#upload
 * @returns the id of the file
 * @throws BehalfError `chat.delivery_failed`
 */
export async function uploadFile(
  { api, origins }: UploadParts,
  to: { readonly channel: string; readonly thread_ts?: string },
  { comment, file }: { readonly comment: string; readonly file: TextFile },
): Promise<string> {
  const content = Buffer.from(file.text, 'utf8');
  const asked = { filename: file.name, length: content.length };
  const place = await api.call('files.getUploadURLExternal', asked, PATIENCE.message);
  const url = textAt(place, 'upload_url') ?? '';
  const id = textAt(place, 'file_id');
  if (id === undefined || !URL.canParse(url) || !origins.includes(new URL(url).origin))
    throw new BehalfError('chat.delivery_failed', 'Slack named no place of its own for a file', {
      details: { method: 'files.getUploadURLExternal', slackError: 'unreadable_answer' },
    });
  await api.upload(url, content);
  const { channel, thread_ts } = to;
  const shared = {
    files: JSON.stringify([{ id, title: file.name }]),
    channel_id: channel,
    initial_comment: escapeText(comment),
    ...(thread_ts === undefined ? {} : { thread_ts }),
  };
  await api.call('files.completeUploadExternal', shared, PATIENCE.message);
  return id;
}

/** Slack's Web API host and its file host: https://files.slack.com, https://files.slack-gov.com */
export function fileOrigins(apiUrl: string): readonly string[] {
  const { host, origin, protocol } = new URL(apiUrl);
  return [origin, `${protocol}//files.${host}`];
}
