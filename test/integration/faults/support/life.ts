import type { Stores } from '../../../../src/assemble.js';
import type { ChatAdapter } from '../../../../src/chat/chat-adapter.port.js';
import type { Clock } from '../../../../src/kernel/clock.port.js';
import type { HttpClient } from '../../../../src/kernel/http-client.port.js';
import { isEffect } from './effects.js';

/** Names the transitions that an effect was, from what was given to it and what came of it. */
export type Observe = (effect: string, values: readonly unknown[], result: unknown) => readonly string[];

/**
 * One process of the service, as the world sees it: its effects are counted, and it may die right after one of them. From
 * then on nothing that it does has an effect, and nothing that it waits for ever comes. What it had sent before arrives.
 */
export class Life {
  /** The effects that it had, in the order in which they were over. */
  readonly effects: string[] = [];
  /** The transitions among them, by the number of effects before them. */
  readonly transitions: { readonly name: string; readonly after: number }[] = [];
  readonly #observe: Observe;
  readonly #diesAfter: number;
  readonly #died: () => void;
  /** Resolves when it is dead. */
  readonly death: Promise<void>;
  #isDead = false;
  #underWay = 0;

  /** `diesAfter`: the number of the effect that it does not survive; 0: it dies before the first one. */
  constructor(observe: Observe, diesAfter = Number.POSITIVE_INFINITY) {
    this.#observe = observe;
    this.#diesAfter = diesAfter;
    let died = (): void => {};
    this.death = new Promise((resolve) => {
      died = resolve;
    });
    this.#died = died;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** True while something is on its way to the world or back. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  kill(): void {
    this.#isDead = true;
    this.#died();
  }

  async pass<T>(name: string, values: readonly unknown[], act: () => Promise<T>): Promise<T> {
    const counts = isEffect(name);
    if (counts && this.#diesAfter === 0) this.kill();
    if (this.#isDead) return never();
    this.#underWay += 1;
    let result: T | undefined;
    try {
      result = await act();
      return result;
    } finally {
      this.#underWay -= 1;
      // Whoever lives on has to know of it, too.
      const transitions = counts ? this.#observe(name, values, result) : [];
      if (counts && !this.#isDead) {
        this.transitions.push(...transitions.map((transition) => ({ name: transition, after: this.effects.length })));
        this.effects.push(name);
        if (this.effects.length === this.#diesAfter) this.kill();
      }
      // biome-ignore lint/correctness/noUnsafeFinally: a dead process does not go on, whatever came of it.
      if (this.#isDead) return await never();
    }
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** The stores as this process has them. */
export function mortalStores(life: Life, stores: Stores): Stores {
  return {
    expiring: mortal(life, 'expiring', stores.expiring),
    connections: mortal(life, 'connections', stores.connections),
    keepAlive: mortal(life, 'keepAlive', stores.keepAlive),
    leases: mortal(life, 'leases', stores.leases),
    revocations: mortal(life, 'revocations', stores.revocations),
    departures: mortal(life, 'departures', stores.departures),
    audit: mortal(life, 'audit', stores.audit),
    jobs: mortal(life, 'jobs', stores.jobs),
    queue: mortal(life, 'queue', stores.queue),
    limiter: mortal(life, 'limiter', stores.limiter),
    health: stores.health,
    sealedRows: stores.sealedRows,
  };
}

export function mortalHttp(life: Life, http: HttpClient): HttpClient {
  return mortal(life, 'http', http);
}

export function mortalChat(life: Life, chat: ChatAdapter): ChatAdapter {
  const { silentSignIn } = chat;
  const mortalSelf = mortal(life, 'chat', chat, ['channelOf']);
  return silentSignIn === undefined
    ? mortalSelf
    : Object.assign(Object.create(mortalSelf), { silentSignIn: mortal(life, 'silent', silentSignIn) });
}

export function mortalClock(life: Life, clock: Clock): Clock {
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      if (life.isDead) await never();
    },
  };
}

function mortal<T extends object>(life: Life, name: string, target: T, immediate: readonly string[] = []): T {
  return new Proxy(target, {
    get(_, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== 'function' || immediate.includes(String(key))) return method;
      return (...values: readonly unknown[]): Promise<unknown> =>
        life.pass(`${name}.${String(key)}`, values, async () => Reflect.apply(method, target, values));
    },
  });
}
