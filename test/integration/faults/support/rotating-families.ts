import type { TokenAnswer, TokenCall } from '../../../support/token-server.js';

/** All refresh tokens that come of one login. */
class Family {
  generation = 0;
  /** How often the last used one was used again. */
  repeats = 0;
  isRevoked = false;
}

/**
 * A provider that rotates. As the better ones do, it gives the same successor once more to who has not heard of it (RFC 9700
 * section 4.14.2), unless it is strict; any older token is reuse, and ends the family.
 */
export class RotatingFamilies {
  readonly #families = new Map<string, Family>();
  /** How long its access tokens live. */
  readonly tokenSeconds: number;
  readonly #isStrict: boolean;
  refreshes = 0;

  constructor(
    names: readonly string[],
    { isStrict = false, tokenSeconds }: { readonly isStrict?: boolean; readonly tokenSeconds: number },
  ) {
    for (const name of names) this.#families.set(name, new Family());
    this.tokenSeconds = tokenSeconds;
    this.#isStrict = isStrict;
  }

  get revoked(): readonly string[] {
    return [...this.#families].filter(([, { isRevoked }]) => isRevoked).map(([name]) => name);
  }

  get repeats(): number {
    return [...this.#families.values()].reduce((sum, { repeats }) => sum + repeats, 0);
  }

  generationOf(name: string): number {
    return this.#families.get(name)?.generation ?? -1;
  }

  /** The pair of that generation. */
  pair(name: string, generation: number): { readonly access_token: string; readonly refresh_token: string } {
    return { access_token: `access-${name}-${generation}`, refresh_token: `refresh-${name}-${generation}` };
  }

  answer({ form, path }: TokenCall): TokenAnswer {
    // Nobody logs out, so whoever revokes something ends what others use.
    if (path === '/revoke') return this.#revoke(form.get('token') ?? '');
    this.refreshes += 1;
    const [, name = '', digits = ''] = /^refresh-(\w+)-(\d+)$/u.exec(form.get('refresh_token') ?? '') ?? [];
    const family = this.#families.get(name);
    if (!family) return { status: 400, body: { error: 'invalid_grant' } };
    const given = Number(digits);
    const isRepeat = given === family.generation - 1;
    if (isRepeat) family.repeats += 1;
    if (given !== family.generation && (this.#isStrict || !isRepeat)) family.isRevoked = true;
    if (family.isRevoked) return { status: 400, body: { error: 'invalid_grant' } };
    family.generation = given + 1;
    const pair = this.pair(name, family.generation);
    return { body: { ...pair, token_type: 'Bearer', expires_in: this.tokenSeconds } };
  }

  #revoke(token: string): TokenAnswer {
    const family = this.#families.get(/^\w+-(\w+)-\d+$/u.exec(token)?.[1] ?? '');
    if (family) family.isRevoked = true;
    return { status: 200 };
  }
}
