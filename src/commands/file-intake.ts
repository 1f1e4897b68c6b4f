import type { ChatFile } from '../chat/chat-file.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { FileReferences } from '../chat/file-references.js';
import { isBehalfError } from '../kernel/errors.js';
import { type FileValue, isFileValue } from '../kernel/file-value.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import { largest, refuseFile } from '../recipes/file-rules.js';
import type { Texts } from '../texts/english.js';

interface FileIntakeDeps {
  readonly references: FileReferences;
  /** Largest file that is passed on, in bytes. */
  readonly maxBytes: number;
}

export type TakenFile =
  | { readonly kind: 'ok'; readonly value: FileValue }
  | { readonly kind: 'invalid'; readonly message: string };

/** From what was sent along to the value of a parameter. */
export class FileIntake {
  readonly #deps: FileIntakeDeps;

  constructor(deps: FileIntakeDeps) {
    this.#deps = deps;
  }

  /** Of several files none is taken: nobody could tell which one was meant. */
  take(
    { texts, user }: { readonly user: ChatUser; readonly texts: Texts },
    parameter: Pick<Parameter, 'name' | 'validation'>,
    sent: readonly ChatFile[],
  ): TakenFile {
    const { parameters } = texts;
    const { maxBytes: limit, references } = this.#deps;
    const [file, ...others] = sent;
    if (!file) return { kind: 'invalid', message: parameters.askForFile(parameter.name) };
    if (others.length > 0) return { kind: 'invalid', message: parameters.oneFile(parameter.name, sent.length) };
    const message = refuseFile(parameter, file, limit, texts);
    if (message !== undefined) return { kind: 'invalid', message };
    const maxBytes = largest(parameter.validation?.maxBytes, limit);
    return { kind: 'ok', value: references.seal(user, { file, maxBytes }) };
  }

  /** True for a file that this person has sent: buttons and apps may give anything. */
  isOf(user: ChatUser, value: unknown): boolean {
    if (!isFileValue(value)) return false;
    try {
      this.#deps.references.open(user, value);
      return true;
    } catch (error) {
      if (isBehalfError(error, 'chat.file_gone')) return false;
      throw error;
    }
  }
}
