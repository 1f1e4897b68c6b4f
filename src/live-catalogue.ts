import { type Catalogue, stoppedBetween } from './catalogue.js';
import type { Clock } from './kernel/clock.port.js';
import { asBehalfError } from './kernel/errors.js';
import type { FileWatch, FileWatcher } from './kernel/file-watcher.port.js';
import type { Logger } from './kernel/logger.port.js';
import type { Metrics } from './kernel/metrics.port.js';
import { formatProblem } from './language/problem.js';
import { slotChanges, slotChangeText } from './slot-changes.js';

/** Time without a change after which files count as written, in ms: editors write in several steps. */
const QUIET_MS = 250;
/** A file that is gone may be on its way back (editors and mounts replace files): looked for once more after this, in ms. */
const GONE_MS = 1_000;

export interface LiveCatalogueDeps {
  /** Changes whenever the text of one of the files does. */
  readonly fingerprint: () => Promise<string>;
  /** Reads the configuration folder; what the given one had of broken files is kept. */
  readonly load: (before: Catalogue | undefined) => Promise<Catalogue>;
  /** Told after every reload that changed something; what it does must not fail. */
  readonly onChange: (before: Catalogue, after: Catalogue) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The catalogue as it is now: read again when its files change, and swapped as one. */
export class LiveCatalogue {
  readonly #deps: LiveCatalogueDeps;
  readonly #stopping = new AbortController();
  #current: Catalogue;
  #fingerprint: string;
  #reload: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #quiet = new AbortController();
  #watch: FileWatch | undefined;

  private constructor(first: Catalogue, fingerprint: string, deps: LiveCatalogueDeps) {
    this.#current = first;
    this.#fingerprint = fingerprint;
    this.#deps = deps;
    this.#tell();
  }

  static async start(deps: LiveCatalogueDeps): Promise<LiveCatalogue> {
    const fingerprint = await deps.fingerprint();
    return new LiveCatalogue(await deps.load(undefined), fingerprint, deps);
  }

  current(): Catalogue {
    return this.#current;
  }

  /** Reloads whenever files below the folder change that the catalogue is made of. */
  async follow(watcher: FileWatcher, folder: string): Promise<void> {
    this.#watch = await watcher.watch(folder, isOurs, () => this.#changed());
  }

  /** Reads everything again. While a reload runs, one more is done after it, for all who ask meanwhile. */
  reload(): Promise<void> {
    if (!this.#reload) {
      this.#reload = this.#read().finally(() => {
        this.#reload = undefined;
      });
      return this.#reload;
    }
    this.#again ??= this.#reload.then(() => {
      this.#again = undefined;
      return this.reload();
    });
    return this.#again;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#quiet.abort();
    await this.#watch?.close();
    await this.#reload;
  }

  #changed(): void {
    if (this.#stopping.signal.aborted) return;
    this.#quiet.abort();
    this.#quiet = new AbortController();
    void this.#deps.clock.sleep(QUIET_MS, this.#quiet.signal).then(
      () => this.reload(),
      () => {},
    );
  }

  async #read(): Promise<void> {
    const { clock, fingerprint, load, logger, onChange } = this.#deps;
    const before = this.#current;
    try {
      let now = await fingerprint();
      if (now === this.#fingerprint) return;
      let after = await load(before);
      if (stoppedBetween(before, after).length > 0) {
        await clock.sleep(GONE_MS, this.#stopping.signal);
        now = await fingerprint();
        after = await load(before);
      }
      this.#fingerprint = now;
      this.#current = after;
      this.#tell(before);
      await onChange(before, after);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      logger.error({ err: asBehalfError(error) }, 'the configuration could not be read again');
    }
  }

  #tell(before?: Catalogue): void {
    const { logger, metrics } = this.#deps;
    const { broken, kept, problems, recipes } = this.#current;
    metrics.gauge('recipes_started', recipes.started().length);
    metrics.gauge('recipes_broken', broken);
    const known = new Set(before?.problems.map(formatProblem));
    for (const problem of problems) {
      const text = formatProblem(problem);
      if (known.has(text)) continue;
      logger[problem.severity === 'error' ? 'error' : 'warn']({ file: problem.file, line: problem.line }, text);
    }
    for (const file of kept) logger.warn({ file }, `${file} is broken: its last version without mistakes is in use`);
    if (!before) return;
    for (const change of slotChanges(before.recipes.started(), recipes.started())) {
      const { recipe, slot, from, to } = change;
      logger.warn({ recipe, slot, from, to }, slotChangeText(change));
    }
    const stopped = stoppedBetween(before, this.#current).map(({ id }) => id);
    logger.info({ recipes: recipes.started().length, broken, stopped }, 'the configuration was read again');
  }
}

/** True for files that the catalogue is made of; a name with two dots first is the swapped part of a mounted ConfigMap. */
function isOurs(path: string): boolean {
  const [first = ''] = path.split('/');
  return first === 'recipes' || first === 'connectors' || first === 'connections.yaml' || first.startsWith('..');
}
