import { timingSafeEqual } from 'node:crypto';
import { PEOPLE } from '../people.js';

/** Password of every account of the demo apps. The login page shows it. */
export const DEMO_PASSWORD = 'demo';

/** An account of one demo app. Both apps have their own, with ids of their own. */
export interface Account {
  /** Subject of the identity provider: stable, opaque to clients. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  /** False: the profile reads, but creates nothing (403). */
  readonly mayCreate: boolean;
}

export type AccountChange = Partial<Pick<Account, 'email' | 'emailVerified' | 'mayCreate'>>;

/** The accounts of one demo app, from the people of the playground. */
export class AccountDirectory {
  readonly #byUsername = new Map<string, Account>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.reset();
  }

  reset(): void {
    this.#byUsername.clear();
    for (const { name, appLogin } of PEOPLE) {
      this.#byUsername.set(appLogin.username, {
        id: `${this.#prefix}-${appLogin.username}`,
        username: appLogin.username,
        name,
        email: appLogin.email,
        emailVerified: true,
        mayCreate: appLogin.mayCreate,
      });
    }
  }

  list(): readonly Account[] {
    return [...this.#byUsername.values()];
  }

  byId(id: string): Account | undefined {
    return this.list().find((account) => account.id === id);
  }

  /** Finds by user name or e-mail address, as login pages do. */
  byLogin(login: string): Account | undefined {
    const wanted = login.trim().toLowerCase();
    return this.list().find((account) => account.username === wanted || account.email === wanted);
  }

  authenticate(login: string, password: string): Account | undefined {
    return sameText(password, DEMO_PASSWORD) ? this.byLogin(login) : undefined;
  }

  change(username: string, change: AccountChange): Account | undefined {
    const account = this.#byUsername.get(username);
    if (!account) return undefined;
    const changed = { ...account, ...change };
    this.#byUsername.set(username, changed);
    return changed;
  }
}

/** Compares two secrets without telling by its duration where they differ. */
export function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
