import type { TextFile } from '../../src/chat/text-file.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { isFileHost } from './files.js';

/** For the whole of a file. */
const UPLOAD_TIMEOUT_MS = 30_000;
/** What OneDrive says of a file. */
const MAX_ANSWER_BYTES = 256 * 1024;

interface UploadParts {
  /** Refuses private addresses. */
  readonly fileClient: HttpClient;
  /** Where people's files lie. */
  readonly fileHosts: readonly string[];
}

/**
 * Puts a file where Teams has it put. The address is good for a while and gets no token of ours; the content goes to the hosts of
 * OneDrive alone, in one piece. https://learn.microsoft.com/graph/api/driveitem-createuploadsession
 * @throws BehalfError `chat.delivery_failed`, `app.unavailable`, `egress.refused`
 */
export async function uploadFile(
  { fileClient, fileHosts }: UploadParts,
  uploadUrl: string,
  { mimeType, text }: TextFile,
): Promise<void> {
  if (!isFileHost(uploadUrl, fileHosts)) throw failure('foreign_host');
  const body = Buffer.from(text, 'utf8');
  const range = `bytes 0-${body.length - 1}/${body.length}`;
  const { status } = await fileClient.request({
    method: 'PUT',
    url: uploadUrl,
    headers: { 'content-type': mimeType, 'content-range': range },
    body,
    timeoutMs: UPLOAD_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  // 202 asks for more than there is.
  if (status !== 200 && status !== 201) throw failure(`http_${status}`);
}

function failure(reason: string): BehalfError {
  return new BehalfError('chat.delivery_failed', `A file could not be put into OneDrive: ${reason}`, {
    details: { reason },
  });
}
