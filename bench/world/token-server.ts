import { randomBytes } from 'node:crypto';

/** A grant that is refreshed: its refresh tokens are `<grant>.0`, `<grant>.1` … and each is good for one use. */
export interface RefreshCounts {
  readonly calls: number;
  /** Calls with a token that had been used: a strict server ends the grant then. */
  readonly reused: number;
}

const DAY_SECONDS = 86_400;

/** The token endpoint of the bench's app, with rotation. A call whose caller has gone before the answer has no effect. */
export class TokenServer {
  readonly #live = new Map<string, number>();
  #calls = 0;
  #reused = 0;
  /** How long a refresh takes, in ms. */
  refreshMs = 0;
  /** Called as a refresh comes in. */
  onRefresh: () => void = () => {};

  get counts(): RefreshCounts {
    return { calls: this.#calls, reused: this.#reused };
  }

  /** Begins a grant; gives its first refresh token. */
  begin(grant: string): string {
    this.#live.set(grant, 0);
    return `${grant}.0`;
  }

  /** Answers a form of the token endpoint; undefined when the caller has gone. */
  async answer(
    form: URLSearchParams,
    isThere: () => boolean,
  ): Promise<{ readonly status: number; readonly body: object } | undefined> {
    if (form.get('grant_type') !== 'refresh_token') {
      return { status: 200, body: tokens(randomBytes(64).toString('base64url')) };
    }
    this.#calls += 1;
    this.onRefresh();
    const [grant = '', number = ''] = (form.get('refresh_token') ?? '').split('.');
    if (this.refreshMs > 0) await new Promise((resolve) => setTimeout(resolve, this.refreshMs));
    if (!isThere()) return undefined;
    const live = this.#live.get(grant);
    if (live === undefined || live !== Number(number)) {
      if (live !== undefined) this.#reused += 1;
      this.#live.delete(grant);
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    this.#live.set(grant, live + 1);
    return { status: 200, body: tokens(`${grant}.${live + 1}`) };
  }
}

function tokens(refreshToken: string): object {
  return {
    access_token: randomBytes(700).toString('base64url'),
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: DAY_SECONDS,
  };
}
