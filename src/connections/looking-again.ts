import type { Logins } from './logins.js';
import type { ParentConnection } from './parent-connection.js';

interface Again {
  /** Looks at the store for connections that were made at run time; never rejects. */
  readonly look: () => Promise<void>;
  readonly parents: (name: string) => ParentConnection | undefined;
}

/** Logins to connections that may have been made a moment ago, by another process: what is not known is looked for first. */
export function lookingAgain(logins: Logins, { look, parents }: Again): Logins {
  return {
    ...logins,
    async view(token) {
      const view = await logins.view(token);
      if (view.kind !== 'unknown') return view;
      await look();
      return logins.view(token);
    },
    async begin(token, cookie, anotherWay) {
      const start = await logins.begin(token, cookie, anotherWay);
      if (start.kind !== 'unknown') return start;
      await look();
      return logins.begin(token, cookie, anotherWay);
    },
    async complete(answer) {
      if (!parents(answer.connection)) await look();
      return logins.complete(answer);
    },
  };
}
