import { randomBytes } from 'node:crypto';

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const MAX_USES = 5;
const LIFETIME_MS = 30 * 60_000;

/** Where a response_url answers to. */
export interface ResponseTarget {
  readonly channel: string;
  /** Slack user id of the person who clicked or typed the command. */
  readonly user: string;
  /** The message that was clicked; absent for a slash command. */
  readonly messageTs?: string;
  readonly threadTs?: string;
}

interface Issued {
  readonly target: ResponseTarget;
  readonly issuedAt: number;
  uses: number;
}

export type ResponseUrlUse =
  | { readonly kind: 'usable'; readonly target: ResponseTarget }
  | { readonly kind: 'refused'; readonly error: 'used_url' | 'expired_url' | 'invalid_url' };

/** The response URLs of a workspace: secret, good for five uses within 30 minutes. */
export class ResponseUrls {
  readonly #issued = new Map<string, Issued>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new path, to be put behind the origin of the emulator. */
  issue(kind: 'actions' | 'commands', target: ResponseTarget): string {
    const path = `/${kind}/T0ACME/${randomBytes(6).readUIntBE(0, 6)}/${randomBytes(18).toString('base64url')}`;
    this.#issued.set(path, { target, issuedAt: this.#now(), uses: 0 });
    return path;
  }

  use(path: string): ResponseUrlUse {
    const issued = this.#issued.get(path);
    if (!issued) return { kind: 'refused', error: 'invalid_url' };
    if (this.#now() - issued.issuedAt > LIFETIME_MS) return { kind: 'refused', error: 'expired_url' };
    if (issued.uses >= MAX_USES) return { kind: 'refused', error: 'used_url' };
    issued.uses += 1;
    return { kind: 'usable', target: issued.target };
  }
}

/** Trigger ids open one view each, within three seconds. */
export class TriggerIds {
  readonly #issued = new Map<string, { readonly at: number; readonly owner: string | undefined; exchanged: boolean }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `owner`: Slack user id of the person whose client shows the view. */
  issue(owner?: string): string {
    const id = `${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`;
    this.#issued.set(id, { at: this.#now(), owner, exchanged: false });
    return id;
  }

  /** The error of `views.open`, or undefined when the id was good; then it is spent. */
  exchange(id: string): string | undefined {
    const issued = this.#issued.get(id);
    if (!issued) return 'invalid_trigger_id';
    if (issued.exchanged) return 'exchanged_trigger_id';
    if (this.#now() - issued.at > 3000) return 'expired_trigger_id';
    issued.exchanged = true;
    return undefined;
  }

  ownerOf(id: string): string | undefined {
    return this.#issued.get(id)?.owner;
  }
}
