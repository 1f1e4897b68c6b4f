import { InvalidArgumentError } from 'commander';
import { type ChatUser, isPlatform } from '../chat/chat-user.js';

const EXAMPLE = 'slack:T0123:U0456, or teams:<tenant id>:<aadObjectId>';

/** Somebody in a chat as they are written on a command line: platform, tenant and user, with `:` or `/` in between. */
export function chatUserOf(text: string): ChatUser {
  const [platform = '', tenantId = '', userId = '', ...more] = partsOf(text);
  if (isPlatform(platform) && tenantId !== '' && userId !== '' && more.length === 0)
    return { platform, tenantId, userId };
  throw new InvalidArgumentError(`Write platform, tenant and user, as in ${EXAMPLE}.`);
}

/** Whose entries of the audit log are meant, as its filter takes them: the same, or a user id alone, or a program. */
export function auditPersonOf(text: string): string {
  const parts = partsOf(text);
  const [first = '', second = '', third = '', ...more] = parts;
  if (parts.length === 1 && first !== '') return first;
  const isProgram = first === 'api' && second === 'keys';
  if ((isPlatform(first) || isProgram) && second !== '' && third !== '' && more.length === 0)
    return [first, second, third].join('/');
  throw new InvalidArgumentError(
    `Write a user id; or platform, tenant and user, as in ${EXAMPLE}; or of a program api:keys:<name of its key>.`,
  );
}

function partsOf(text: string): readonly string[] {
  return text.split(/[:/]/u);
}
