import pino from 'pino';

/** Lines are gathered for so long, or until there are so many bytes: each write costs a change to another thread and back. */
const GATHERED_MS = 100;
const GATHERED_BYTES = 4_096;
/** What waits while nobody takes the lines, in bytes; what comes on top is lost. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
const STANDARD_OUTPUT = 1;

/** Where lines go. */
export interface LogOutput extends pino.DestinationStream {
  /** Writes what is gathered at once. */
  flush(): void;
}

interface LogOutputOptions {
  /** A file descriptor; standard output by default. */
  readonly fd?: number | undefined;
  /** Called for each line that found no room. */
  readonly onLost: () => void;
  /** Called when there is room again, with the number of lines that were lost. */
  readonly onRoom: (lost: number) => void;
}

/**
 * Lines on a file descriptor, gathered. What is still gathered when the process ends is written then; the library sees to that.
 * Where nobody takes the lines, or the disk behind them is full, the service goes on without them.
 */
export function createLogOutput({ fd = STANDARD_OUTPUT, onLost, onRoom }: LogOutputOptions): LogOutput {
  const stream = pino.destination({
    dest: fd,
    sync: false,
    minLength: GATHERED_BYTES,
    maxLength: MOST_WAITING_BYTES,
    periodicFlush: GATHERED_MS,
  });
  // Unheard, it would end the process. The library tries the same bytes again with the next line.
  stream.on('error', () => {});
  let lost = 0;
  stream.on('drop', () => {
    onLost();
    lost += 1;
    if (lost > 1) return;
    stream.once('drain', () => {
      const before = lost;
      lost = 0;
      onRoom(before);
    });
  });
  let isAwaited = false;
  return {
    write: (line) => void stream.write(line),
    flush() {
      // Through the library's logger each call would wait, and synchronise the disk, by itself: many warnings are one write.
      stream.flush();
      if (isAwaited) return;
      isAwaited = true;
      stream.once('drain', () => {
        isAwaited = false;
        // What came while the write before was under way.
        stream.flush();
      });
    },
  };
}
