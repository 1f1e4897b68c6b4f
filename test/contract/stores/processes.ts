import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A TypeScript file of this folder that runs as a process of its own and reports by lines. */
export interface TestProcess {
  /** Resolves with all lines so far once there are that many. */
  lines(count: number): Promise<readonly string[]>;
  /** kill -9; resolves with every line that was printed. */
  kill(): Promise<readonly string[]>;
  /** Resolves with every line when the process has ended by itself. */
  end(): Promise<readonly string[]>;
}

export function startProcess(file: string, ...values: readonly string[]): TestProcess {
  return follow(spawn(process.execPath, ['--import', 'tsx', join(__dirname, file), ...values], { stdio: pipes() }));
}

/** The same under a shell that first runs `preparation`, e.g. a limit. */
export function startProcessAfter(preparation: string, file: string, ...values: readonly string[]): TestProcess {
  const command = [process.execPath, '--import', 'tsx', join(__dirname, file), ...values];
  return follow(spawn('sh', ['-c', `${preparation}; exec "$@"`, 'sh', ...command], { stdio: pipes() }));
}

function pipes(): ['ignore', 'pipe', 'pipe'] {
  return ['ignore', 'pipe', 'pipe'];
}

function follow(child: ChildProcess): TestProcess {
  const lines: string[] = [];
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const reader = child.stdout ? createInterface({ input: child.stdout }) : undefined;
  const drained = reader ? once(reader, 'close') : Promise.resolve();
  reader?.on('line', (line) => lines.push(line));
  const ended = once(child, 'exit').then(async () => void (await drained));
  return {
    async lines(count) {
      while (lines.length < count) {
        if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}: ${errors}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return [...lines];
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      return lines;
    },
    async end() {
      await ended;
      if (child.exitCode !== 0) throw new Error(`The process ended with ${child.exitCode}: ${errors}`);
      return lines;
    },
  };
}
