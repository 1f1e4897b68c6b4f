/** How the token endpoint misbehaves for its next calls. */
export interface TokenFault {
  /**
   * `error`: 5xx with a JSON body. `html`: an error page. `slow`: right, but late.
   * `lost`: the provider does its work (the refresh token rotates), but the answer never arrives.
   */
  readonly kind: 'error' | 'html' | 'slow' | 'lost';
  /** Number of calls that are hit. */
  readonly times: number;
  readonly status: number;
  readonly delayMs: number;
}

/** How the API misbehaves. */
export interface ApiFault {
  /** Every call is answered this much later, until it is changed. */
  readonly delayMs: number;
  /** Number of next calls that are answered with {@link status} and change nothing. */
  readonly failNext: number;
  readonly status: 500 | 502 | 503 | 429;
  /** Number of next calls that are carried out, but whose answer never arrives. */
  readonly loseNext: number;
}

const CALM: ApiFault = { delayMs: 0, failNext: 0, status: 500, loseNext: 0 };

/** Misbehaviour of one demo app that tests and demonstrations order. */
export class Faults {
  #api: ApiFault = CALM;
  #token: TokenFault | undefined;

  get apiDelayMs(): number {
    return this.#api.delayMs;
  }

  reset(): void {
    this.#api = CALM;
    this.#token = undefined;
  }

  setApi(change: Partial<ApiFault>): void {
    this.#api = { ...this.#api, ...change };
  }

  setToken(fault: TokenFault): void {
    this.#token = fault;
  }

  /** The status of an API call that is to fail; consumed by asking. */
  takeApiFailure(): number | undefined {
    if (this.#api.failNext <= 0) return undefined;
    this.setApi({ failNext: this.#api.failNext - 1 });
    return this.#api.status;
  }

  takeApiLoss(): boolean {
    if (this.#api.loseNext <= 0) return false;
    this.setApi({ loseNext: this.#api.loseNext - 1 });
    return true;
  }

  takeToken(): TokenFault | undefined {
    const fault = this.#token;
    if (!fault) return undefined;
    this.#token = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return fault;
  }
}
