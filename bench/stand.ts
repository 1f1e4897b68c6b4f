import { randomBytes } from 'node:crypto';
import type { Labels, Measurement, PartName } from './measurements.js';
import type { Options } from './options.js';
import { Platform } from './world/platform.js';
import { type BehalfOptions, type Running, startBareBot, startBehalf } from './world/programs.js';
import { type RedisServer, startRedis } from './world/redis.js';

/** Where one part measures: starts what it needs, notes what it finds, and clears all away at its end. */
export class Stand {
  readonly options: Options;
  readonly platform = new Platform();
  readonly encryptionKeys = `k1:${randomBytes(32).toString('base64')}`;
  readonly measurements: Measurement[] = [];
  readonly #part: PartName;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(part: PartName, options: Options) {
    this.#part = part;
    this.options = options;
  }

  async open(): Promise<void> {
    await this.platform.start();
  }

  /** What was started last ends first. */
  async close(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
    this.platform.stop();
  }

  /** `stop` runs at the end of the part, whatever happens. */
  atEnd(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  async redis({ isDurable = true }: { readonly isDurable?: boolean } = {}): Promise<RedisServer> {
    const server = await startRedis({ isDurable });
    this.atEnd(server.stop);
    return server;
  }

  async behalf(options: BehalfOptions = {}): Promise<Running> {
    const running = await startBehalf(this.platform, this.encryptionKeys, options);
    this.atEnd(running.stop);
    return running;
  }

  async bareBot(name: 'bare-bolt' | 'bare-botbuilder'): Promise<Running> {
    const running = await startBareBot(name, this.platform);
    this.atEnd(running.stop);
    return running;
  }

  note(name: string, value: number, { at = {}, unit }: { readonly unit?: string; readonly at?: Labels } = {}): void {
    this.measurements.push({
      kind: 'measurement',
      part: this.#part,
      name,
      ...(unit === undefined ? {} : { unit }),
      value: Number(value.toPrecision(6)),
      at,
    });
  }

  /** For whoever watches. */
  say(text: string): void {
    console.error(`${this.#part}: ${text}`);
  }
}
