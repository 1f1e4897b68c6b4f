import { relative } from 'node:path';
import { watch } from 'chokidar';
import type { FileWatcher } from '../../src/kernel/file-watcher.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';

/** Watches by what the system tells of its files. */
export function createFileWatcher({ logger }: { readonly logger: Logger }): FileWatcher {
  return {
    async watch(folder, isWanted, onChange) {
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
      return { close: () => watcher.close() };
    },
  };
}
