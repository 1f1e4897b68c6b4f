import type { ChatEvent, ChatEventHandler } from '../../../src/chat/chat-event.js';
import type { ChatFile } from '../../../src/chat/chat-file.js';
import { isBehalfError } from '../../../src/kernel/errors.js';

export const PDF = {
  name: 'contract.pdf',
  mimeType: 'application/pdf',
  content: Buffer.from('%PDF-1.7 a contract'),
};
export const LIMITS = { maxBytes: 1024 };

/** What was heard in one test about files. */
export class FileScene {
  events: ChatEvent[] = [];
  readonly handler: ChatEventHandler = async (event) => void this.events.push(event);

  begin(): void {
    this.events = [];
  }

  /** The files of the first thing that was said. */
  sentFiles(): readonly ChatFile[] {
    const [event] = this.events;
    return event?.kind === 'text' ? (event.files ?? []) : [];
  }

  /** The file that came along with what was said. */
  sentFile(): ChatFile {
    const [sent] = this.sentFiles();
    if (!sent) throw new Error('no file came along');
    return sent;
  }
}

/** The code of the error with which it was not read. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'it was read';
  } catch (error) {
    return isBehalfError(error) ? error.code : 'another error';
  }
}
