import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../src/kernel/clock.port.js';

/** Time between a change and the moment at which it is sent to the disk: it is committed by then. */
const AFTER_MS = 1_000;

export interface EarlySync {
  /** Something was changed. */
  noteChange(): void;
  /** Begins no `sync` any more. */
  stop(): void;
}

/**
 * Sends what was committed to the disk a second later, beside the work. Folding the log back waits for all of the log: what is
 * on the disk by then is not waited for, and a machine that loses power loses no more than about that second.
 */
export function createEarlySync({
  clock,
  sync,
}: {
  readonly clock: Clock;
  /** Resolves when all that was written is on the disk. */
  readonly sync: () => Promise<void>;
}): EarlySync {
  const stopping = new AbortController();
  let isDue = false;
  let last = Promise.resolve();
  async function send(): Promise<void> {
    // What is committed from now on may miss this one.
    isDue = false;
    await sync();
  }
  return {
    noteChange() {
      if (isDue) return;
      isDue = true;
      const due = clock.sleep(AFTER_MS, stopping.signal);
      // A disk that fails here fails when the log is folded back, too: there it is told.
      last = Promise.all([last, due])
        .then(send)
        .catch(() => {});
    },
    stop: () => stopping.abort(),
  };
}

/** Syncs a file, which is opened when that is first asked for. Locks lie on the database's own file, never on this one. */
export function fileSync(path: string): { sync(): Promise<void>; close(): void } {
  let opened: Promise<FileHandle> | undefined;
  let isClosed = false;
  function close(): void {
    void opened?.then((handle) => handle.close()).catch(() => {});
    opened = undefined;
  }
  return {
    async sync() {
      // One that was due when the store was closed: nobody would close the file again.
      if (isClosed) return;
      opened ??= open(path, 'r+');
      try {
        await (await opened).datasync();
      } catch (error) {
        close();
        throw error;
      }
    },
    close() {
      isClosed = true;
      close();
    },
  };
}
