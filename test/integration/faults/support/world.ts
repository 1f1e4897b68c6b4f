import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHttpClient } from '../../../../adapters/undici/index.js';
import type { Stores } from '../../../../src/assemble.js';
import { type Catalogue, loadCatalogue } from '../../../../src/catalogue.js';
import type { HttpClient } from '../../../../src/kernel/http-client.port.js';
import { Secret } from '../../../../src/kernel/secret.js';
import { systemClock } from '../../../../src/kernel/system-clock.js';
import { createVault, type Vault } from '../../../../src/kernel/vault.js';
import { formatProblem, hasErrors } from '../../../../src/language/problem.js';
import { createManualClock, type ManualClock } from '../../../support/clocks.js';
import type { Disk, StoreName } from '../../../support/disks.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { ScriptedApp } from '../../../support/scripted-app.js';
import { serviceEnvironment, writeServiceFiles } from '../../../support/service-files.js';

export const PUBLIC_URL = 'https://behalf.example.com';

export interface WorldOptions {
  readonly store: StoreName;
  /** Fresh. */
  readonly disk: Disk;
  /** Recipe files by name. */
  readonly recipes: Readonly<Record<string, string>>;
  readonly ways?: LoginWays;
}

/** What a login has besides the browser: the sign-in page of the chat platform, or a chat client that vouches for the person. */
export type LoginWays = 'sign-in' | 'silent';

/** What outlives the processes of the service: the disk, the app, the time, and the configuration. */
export class World {
  readonly store: StoreName;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly app: ScriptedApp;
  readonly http: HttpClient;
  readonly vault: Vault;
  readonly catalogue: Catalogue;
  readonly ways: LoginWays | undefined;
  readonly #disk: Disk;
  readonly #configDir: string;
  #opened: Stores | undefined;
  #runs = 0;

  private constructor(
    parts: Pick<World, 'store' | 'clock' | 'logger' | 'app' | 'http' | 'catalogue' | 'ways'>,
    disk: Disk,
    configDir: string,
  ) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.logger = parts.logger;
    this.app = parts.app;
    this.http = parts.http;
    this.catalogue = parts.catalogue;
    this.ways = parts.ways;
    this.vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
    this.#disk = disk;
    this.#configDir = configDir;
  }

  static async open({ disk, recipes, store, ways }: WorldOptions): Promise<World> {
    // Redis counts the lives of its keys in the time of the machine.
    const clock = createManualClock(Date.now());
    const logger = new RecordingLogger();
    const app = await ScriptedApp.start();
    const configDir = mkdtempSync(path.join(tmpdir(), 'behalf-faults-config-'));
    writeServiceFiles(configDir, recipes);
    const policy = { configDir, publicUrl: PUBLIC_URL, egressAllow: ['127.0.0.1'] };
    const catalogue = await loadCatalogue(policy, serviceEnvironment({ crm: app.url, files: app.url }));
    if (hasErrors(catalogue.problems)) throw new Error(catalogue.problems.map(formatProblem).join('\n'));
    // Its time-outs are those of the machine: what it calls is really called.
    const http = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], clock: systemClock, logger });
    const parts = { store, clock, logger, app, http, catalogue, ways };
    return new World(ways === 'silent' ? { ...parts, catalogue: withSingleSignOn(catalogue) } : parts, disk, configDir);
  }

  /** The stores as they are now, for a process and for who looks at what is kept. */
  async stores(): Promise<Stores> {
    this.#opened ??= await this.#disk.open(this.clock, this.logger);
    return this.#opened;
  }

  /** The process that had them has died. */
  async closeStores(): Promise<void> {
    await this.#opened?.health.close();
    this.#opened = undefined;
  }

  /** Lets time pass while nobody does anything. */
  async elapse(ms: number): Promise<void> {
    await this.#disk.elapse(ms);
    await this.clock.advance(ms);
  }

  /** The same while nothing runs: a long time costs nothing. */
  async leap(ms: number): Promise<void> {
    await this.#disk.elapse(ms);
    await this.clock.jump(ms);
  }

  /** The id of a person who has not been here before; what the others did is forgotten. */
  newPerson(): string {
    this.#runs += 1;
    this.app.calls.length = 0;
    this.app.grants.length = 0;
    this.logger.lines.length = 0;
    return `p${this.#runs}`;
  }

  async remove(): Promise<void> {
    await this.closeStores();
    await Promise.all([this.#disk.remove(), this.app.stop(), this.http.close()]);
    rmSync(this.#configDir, { recursive: true, force: true });
  }
}

/** The same, where every app takes the word of the chat client. */
function withSingleSignOn(catalogue: Catalogue): Catalogue {
  const changed = catalogue.parents.map((parent) => {
    if (parent.auth.kind !== 'oauth2') return parent;
    const app = { ...parent.auth.app, onBehalfOf: { tokenParameters: {} } };
    return { ...parent, singleSignOn: true, auth: { ...parent.auth, app } };
  });
  return { ...catalogue, parents: changed, parent: (name) => changed.find((parent) => parent.name === name) };
}
