import { z } from 'zod';

/** A file as the page hands it over. */
export const SENT_FILE = z.strictObject({
  name: z.string().min(1).max(255),
  type: z.string().max(255),
  /** Base64. */
  content: z.base64(),
});

export type PageFile = z.infer<typeof SENT_FILE>;

/** A file as the emulators take it. */
export interface ReceivedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly content: Uint8Array;
}

export function receivedFile({ content, name, type }: PageFile): ReceivedFile {
  return { name, mimeType: type || 'application/octet-stream', content: Buffer.from(content, 'base64') };
}
