import type { ServerResponse } from 'node:http';
import type { Conversations } from '../conversations.js';
import type { FrontApps } from './ports.js';

/** How often the demo apps are asked for changes while somebody looks. */
const POLL_MS = 1_000;
const HEARTBEAT_MS = 15_000;

/** Server-sent events for the pages: which conversation changed, and that the demo apps' records did. */
export class Events {
  readonly #listeners = new Set<ServerResponse>();
  readonly #conversations: Conversations;
  readonly #apps: FrontApps;
  readonly #timers: readonly NodeJS.Timeout[];
  #records = '';

  constructor(conversations: Conversations, apps: FrontApps) {
    this.#conversations = conversations;
    this.#apps = apps;
    conversations.on('change', this.#onChange);
    const poll = setInterval(() => void this.#poll(), POLL_MS);
    const beat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS);
    this.#timers = [poll.unref(), beat.unref()];
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  stop(): void {
    this.#conversations.off('change', this.#onChange);
    for (const timer of this.#timers) clearInterval(timer);
    for (const listener of this.#listeners) listener.end();
  }

  readonly #onChange = (conversation: string): void => this.#send({ conversation });

  async #poll(): Promise<void> {
    if (this.#listeners.size === 0) return;
    const records = await this.#apps.records().then(JSON.stringify, () => this.#records);
    if (records === this.#records) return;
    this.#records = records;
    this.#send({ crm: true });
  }

  #send(event: object): void {
    this.#write(`data: ${JSON.stringify(event)}\n\n`);
  }

  #write(text: string): void {
    for (const listener of this.#listeners) listener.write(text);
  }
}
