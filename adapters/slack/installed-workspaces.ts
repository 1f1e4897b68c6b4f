import { LRUCache } from 'lru-cache';
import type { Installation, Installations } from '../../src/connections/installations.port.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { JsonObject } from './json.js';
import { openSession, type Session, type SessionParts } from './session.js';
import { installedWorkspace } from './workspace.js';
import { installationIds, notThere, type Workspaces } from './workspaces.js';

const MAX_OPEN = 1_000;
/** Less than what a token still lives when it is due for a refresh, and the time after which another process's change counts. */
const AGE_MS = 4 * 60_000;

interface Open {
  readonly session: Session;
  installation: Installation;
  readAt: number;
}

/** All workspaces that the app is installed in. The store is asked every few minutes for those that are in use. */
export class InstalledWorkspaces implements Workspaces {
  readonly #parts: SessionParts;
  readonly #installations: Installations;
  readonly #open = new LRUCache<string, Open>({ max: MAX_OPEN });
  readonly #reading = new Map<string, Promise<Open | undefined>>();
  /** Rises when an installation changes: what was read before then is read again. */
  #changes = 0;

  constructor(parts: SessionParts, installations: Installations) {
    this.#parts = parts;
    this.#installations = installations;
  }

  async start(): Promise<void> {}

  async hearing(body: JsonObject): Promise<Session | undefined> {
    for (const id of installationIds(body)) {
      const open = await this.#find(id);
      if (open) return open.session;
    }
    return undefined;
  }

  async speaking(workspace: string | undefined): Promise<Session> {
    const open = workspace === undefined ? undefined : await this.#find(workspace);
    if (!open) throw notThere();
    return open.session;
  }

  /** What is known of the installation does not count any more. */
  forget(id: string): void {
    this.#changes += 1;
    this.#open.delete(id);
  }

  async #find(id: string): Promise<Open | undefined> {
    const open = this.#open.get(id);
    if (open && this.#parts.clock.now() - open.readAt < AGE_MS) return open;
    const reading = this.#reading.get(id) ?? this.#read(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    try {
      return await reading;
    } catch (error) {
      // The token that was good a moment ago is good enough to tell people that the store is away.
      if (open && isBehalfError(error, 'store.unavailable')) return open;
      throw error;
    }
  }

  async #read(id: string): Promise<Open | undefined> {
    const readAt = this.#parts.clock.now();
    const changes = this.#changes;
    const installation = await this.#installations.find(id);
    if (changes !== this.#changes) return this.#read(id);
    if (!installation) {
      this.#open.delete(id);
      return undefined;
    }
    const before = this.#open.get(id);
    if (before && before.installation.installedAt === installation.installedAt) {
      before.installation = installation;
      before.readAt = readAt;
      return before;
    }
    const open: Open = { installation, readAt, session: this.#openSession(id) };
    this.#open.set(id, open);
    return open;
  }

  #openSession(id: string): Session {
    const current = async (): Promise<Installation> => {
      const open = await this.#find(id);
      if (!open) throw notThere();
      return open.installation;
    };
    const token = async (): Promise<Secret> => (await current()).token;
    const workspace = async () => installedWorkspace(await current());
    return openSession(this.#parts, { token, workspace, prefix: `${id}/` });
  }
}
