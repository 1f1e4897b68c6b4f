import type { ErrorCode, Wording } from '../kernel/errors.js';
import { said } from '../texts/texts-for.js';

/** Our sentence for a sign-in at the chat platform that came to nothing. */
export function signInErrorText(title: string, code: ErrorCode): Wording {
  return said(({ signIn }) => {
    switch (code) {
      case 'oauth.invalid_grant':
        return signIn.tookTooLong(title);
      case 'oauth.transient':
        return signIn.unreachable(title);
      case 'oauth.operator':
        return signIn.notSetUp(title);
      default:
        return signIn.notSure(title);
    }
  });
}
