import type { ChatUser } from '../chat/chat-user.js';

/** Logins that are remembered to be passed on; what is more is found by the looks at jobs that sleep. */
const MOST = 1_000;

/** A person has logged in. */
export interface CompletedLogin<T> {
  readonly user: ChatUser;
  readonly connected: T;
}

/** Passes logins on to the jobs that wait for them; those that the store was away for once more when it is back. */
export class UntoldLogins<T> {
  readonly #tell: (login: CompletedLogin<T>) => Promise<void>;
  readonly #most: number;
  readonly #untold = new Set<CompletedLogin<T>>();

  constructor(tell: (login: CompletedLogin<T>) => Promise<void>, most = MOST) {
    this.#tell = tell;
    this.#most = most;
  }

  async tell(login: CompletedLogin<T>): Promise<void> {
    if (this.#untold.size < this.#most) this.#untold.add(login);
    await this.#tell(login);
    this.#untold.delete(login);
  }

  async tellAgain(): Promise<void> {
    for (const login of this.#untold) {
      await this.#tell(login);
      this.#untold.delete(login);
    }
  }
}
