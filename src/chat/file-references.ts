import { z } from 'zod';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import { FILE_REF, type FileValue, plainFileName, plainMediaType } from '../kernel/file-value.js';
import type { Vault } from '../kernel/vault.js';
import type { ChatFile } from './chat-file.js';
import { type ChatUser, chatUserKey } from './chat-user.js';

const Kept = z.object({
  file: z.object({
    reference: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    name: z.string(),
    mimeType: z.string(),
    size: z.number().optional(),
  }),
  maxBytes: z.number(),
});

/** What a reference stands for. */
export interface KeptFile {
  readonly file: ChatFile;
  /** Most bytes that may be read of it. */
  readonly maxBytes: number;
}

/**
 * Turns files into plain values and back. A value is sealed for the person who sent the file: nobody can make one up, read an
 * address out of it, or use that of somebody else.
 */
export interface FileReferences {
  seal(user: ChatUser, kept: KeptFile): FileValue;
  /** @throws BehalfError `chat.file_gone` for what was not sealed for this person */
  open(user: ChatUser, value: FileValue): KeptFile;
}

export function createFileReferences(vault: Vault): FileReferences {
  return {
    seal(user, { file, maxBytes }) {
      const name = plainFileName(file.name);
      const { mimeType, reference, size } = file;
      const kept = { file: { reference, name, mimeType, ...(size === undefined ? {} : { size }) }, maxBytes };
      return {
        name,
        type: plainMediaType(mimeType),
        ...(size === undefined ? {} : { size }),
        ref: FILE_REF + Buffer.from(vault.sealJson('file', [chatUserKey(user)], kept)).toString('base64url'),
      };
    },
    open(user, { ref }) {
      try {
        const sealed = Buffer.from(ref.slice(FILE_REF.length), 'base64url');
        const { file, maxBytes } = Kept.parse(vault.openJson('file', [chatUserKey(user)], sealed));
        const { size, ...rest } = file;
        return { file: { ...rest, ...(size === undefined ? {} : { size }) }, maxBytes };
      } catch (error) {
        const reason = isBehalfError(error) ? error.code : 'unreadable';
        throw new BehalfError('chat.file_gone', 'A reference to a file cannot be opened', { details: { reason } });
      }
    },
  };
}

const REFERENCE = /file\.[\w-]+/g;

/** The same text, with what refers to files of this person in it sealed with the first key. */
export function resealFileReferences(vault: Vault, user: ChatUser, text: string): string {
  return text.replaceAll(REFERENCE, (ref) => {
    const sealed = Buffer.from(ref.slice(FILE_REF.length), 'base64url');
    try {
      if (!vault.needsRotation(sealed)) return ref;
      return FILE_REF + Buffer.from(vault.reseal('file', [chatUserKey(user)], sealed)).toString('base64url');
    } catch (error) {
      // Any text may look like one; what does not open now is no file later either.
      if (isBehalfError(error, 'store.corrupt')) return ref;
      throw error;
    }
  });
}
