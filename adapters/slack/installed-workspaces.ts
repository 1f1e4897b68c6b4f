import { LRUCache } from 'lru-cache';
import type { Installations } from '../../src/connections/installations.port.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { JsonObject } from './json.js';
import { type Access, openSession, type Session, type SessionParts } from './session.js';
import { installedWorkspace, type Workspace } from './workspace.js';
import { installationIds, notThere, type Workspaces } from './workspaces.js';

const MAX_OPEN = 1_000;
/** Less than what a token still lives when it is due for a refresh, and the time after which another process's change counts. */
const AGE_MS = 4 * 60_000;

/** What the store has said of an installation. */
interface Reading {
  readonly workspace: Workspace;
  readonly token: Secret;
  readonly readAt: number;
}

/** The same for each workspace. */
interface Ways {
  readonly parts: SessionParts;
  readonly find: (id: string) => Promise<Open | undefined>;
  /** The same, read anew if this token is what is known. */
  readonly findBeside: (id: string, refused: Secret) => Promise<Open | undefined>;
}

/** A workspace that is in use. Less than 1 KB each: no more of the installation is kept than is looked at. */
class Open implements Access {
  readonly session: Session;
  read: Reading;
  readonly #id: string;
  readonly #ways: Ways;

  constructor(id: string, read: Reading, ways: Ways) {
    this.#id = id;
    this.#ways = ways;
    this.read = read;
    this.session = openSession(ways.parts, this, `${id}/`);
  }

  async token(): Promise<Secret> {
    return (await this.#current()).token;
  }

  async newer(refused: Secret): Promise<Secret | undefined> {
    const token = (await this.#ways.findBeside(this.#id, refused))?.read.token;
    return token?.reveal() === refused.reveal() ? undefined : token;
  }

  async workspace(): Promise<Workspace> {
    return (await this.#current()).workspace;
  }

  async #current(): Promise<Reading> {
    const open = await this.#ways.find(this.#id);
    if (!open) throw notThere();
    return open.read;
  }
}

/** All workspaces that the app is installed in. The store is asked every few minutes for those that are in use. */
export class InstalledWorkspaces implements Workspaces {
  readonly #ways: Ways;
  readonly #installations: Installations;
  readonly #open = new LRUCache<string, Open>({ max: MAX_OPEN });
  readonly #reading = new Map<string, Promise<Open | undefined>>();
  /** Rises when an installation changes: what was read before then is read again. */
  #changes = 0;

  constructor(parts: SessionParts, installations: Installations) {
    this.#ways = {
      find: (id) => this.#find(id),
      findBeside: (id, refused) => {
        if (this.#open.get(id)?.read.token === refused) this.forget(id);
        return this.#find(id);
      },
      parts,
    };
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
    if (open && this.#ways.parts.clock.now() - open.read.readAt < AGE_MS) return open;
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
    const readAt = this.#ways.parts.clock.now();
    const changes = this.#changes;
    const installation = await this.#installations.find(id);
    if (changes !== this.#changes) return this.#read(id);
    if (!installation) {
      this.#open.delete(id);
      return undefined;
    }
    const read = { workspace: installedWorkspace(installation), token: installation.token, readAt };
    const before = this.#open.get(id);
    if (before && before.read.workspace.installedAt === read.workspace.installedAt) {
      before.read = read;
      return before;
    }
    const open = new Open(id, read, this.#ways);
    this.#open.set(id, open);
    return open;
  }
}
