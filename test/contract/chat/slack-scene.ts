import type { ActionEvent, ChatEvent, TextEvent } from '../../../src/chat/chat-event.js';
import type { MessageRef } from '../../../src/chat/conversation.js';
import type { Message } from '../../../src/chat/message.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { type SlackBench, type SlackBenchOptions, startSlackBench } from './slack-driver.js';

export const BUTTONS: Message = {
  fallback: 'Choose',
  blocks: [
    { kind: 'text', text: [{ text: 'Choose' }] },
    { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 'token-of-go' }] },
  ],
};

/** The bench of one test and what was heard in it. */
export class Scene {
  events: ChatEvent[] = [];
  #bench: SlackBench | undefined;

  async start(options: SlackBenchOptions = {}): Promise<SlackBench> {
    this.events = [];
    this.#bench = await startSlackBench({
      ...options,
      handler: async (event) => {
        this.events.push(event);
        await options.handler?.(event);
      },
    });
    return this.#bench;
  }

  async end(): Promise<void> {
    await this.#bench?.stop();
    this.#bench = undefined;
  }

  async heard(slack: SlackBench, where: 'direct' | 'channel' = 'direct', personId = 'rita'): Promise<TextEvent> {
    await slack.personSays(personId, 'help', where);
    const event = this.events.at(-1);
    if (event?.kind !== 'text') throw new Error('nothing was heard');
    return event;
  }

  /** Rita presses Go. */
  async pressed(slack: SlackBench, messageId: string): Promise<ActionEvent & { readonly message: MessageRef }> {
    await slack.personPresses('rita', messageId, 'Go');
    const event = this.events.at(-1);
    if (event?.kind !== 'action' || !event.message) throw new Error('no press was heard');
    return { ...event, message: event.message };
  }
}

/** The real clock, moved ahead by hand; pauses end at once and are noted. */
export function movableClock() {
  const pauses: number[] = [];
  // It stands still: what is measured by it is exact.
  let now = systemClock.now();
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      // The time that an answer may take is no pause.
      if (signal && (ms === 2500 || ms === 1500)) return systemClock.sleep(ms, signal);
      pauses.push(ms);
    },
  };
  const advance = (ms: number): void => {
    now += ms;
  };
  return { clock, pauses, advance };
}

export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
