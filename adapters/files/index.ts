import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { FileWatcher } from '../../src/kernel/file-watcher.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';

/** Of a folder that another one takes the place of, as some deployments do, the system tells nothing. */
const LOOK_EVERY_MS = 2_000;

/** Watches by what the system tells of its files. */
export function createFileWatcher({ logger }: { readonly logger: Logger }): FileWatcher {
  return {
    async watch(folder, isWanted, onChange) {
      async function open(): Promise<FSWatcher> {
        const watcher = watch(folder, {
          ignoreInitial: true,
          ignored: (path) => {
            const below = relative(folder, path).replaceAll('\\', '/');
            return below !== '' && !isWanted(below);
          },
        });
        watcher.on('all', onChange);
        // A link that is swapped (as mounted ConfigMaps are) is told here only: nothing below it has changed.
        watcher.on('raw', onChange);
        watcher.on('error', (error) => logger.warn({ err: error }, 'the files cannot be watched as they should'));
        await new Promise<void>((resolve) => {
          watcher.once('ready', resolve);
        });
        return watcher;
      }

      let known = identityOf(folder);
      let watcher = await open();
      let looking: Promise<void> | undefined;
      const look = async () => {
        const found = identityOf(folder);
        if (found === known) return;
        known = found;
        if (found === undefined) return;
        await watcher.close();
        watcher = await open();
        onChange();
      };
      const timer = setInterval(() => {
        looking ??= look().finally(() => {
          looking = undefined;
        });
      }, LOOK_EVERY_MS).unref();
      return {
        async close() {
          clearInterval(timer);
          await looking;
          await watcher.close();
        },
      };
    },
  };
}

/** Tells one folder from another by the same name; undefined where none can be seen. */
function identityOf(folder: string): string | undefined {
  try {
    const { birthtimeMs, dev, ino } = statSync(folder);
    return `${dev}:${ino}:${birthtimeMs}`;
  } catch {
    return undefined;
  }
}
