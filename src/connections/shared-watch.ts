import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { isSameStates, type SharedStates } from './shared-states.js';

/** Time after which a change by another process is noticed at the latest, in ms. */
const LOOK_EVERY_MS = 5_000;

interface SharedWatchDeps {
  readonly read: () => Promise<SharedStates>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after each look that succeeded, before it counts as done; must not fail. */
  readonly onLook: (states: SharedStates) => Promise<void>;
}

/** What the store says of the shared connections, looked at every few seconds and when somebody needs to know. */
export class SharedWatch {
  readonly #deps: SharedWatchDeps;
  readonly #stopping = new AbortController();
  #states: SharedStates | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: SharedWatchDeps) {
    this.#deps = deps;
  }

  /** As last seen; undefined before the first look that succeeded. */
  states(): SharedStates | undefined {
    return this.#states;
  }

  /** Looks again, once for all who ask meanwhile. Never rejects: without the store what was seen last stays. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
    void this.#goOn();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #goOn(): Promise<void> {
    const { clock } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }

  async #look(): Promise<void> {
    const { logger, onLook, read } = this.#deps;
    let states: SharedStates;
    try {
      states = await read();
    } catch (error) {
      logger.warn({ err: asBehalfError(error) }, 'the states of the shared connections could not be read');
      return;
    }
    // What is made of them anew for thousands of recipes is kept as long as they are the same.
    if (!this.#states || !isSameStates(this.#states, states)) this.#states = states;
    await onLook(this.#states);
  }
}
