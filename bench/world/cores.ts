import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';

const TASKSET = '/usr/bin/taskset';
const MOST = cpus().length - 1;

/** The command that starts a program under test on the core of theirs, where the machine has two. */
export function onTheirCore(program: string): readonly [string, ...string[]] {
  return hasTwo() ? [TASKSET, '-c', '0', program] : [program];
}

/**
 * What drives the programs under test leaves their core to them, with all that it starts from now on: the kernel would put it
 * there whenever that core is free for a moment, and each command would find the caches full of something else.
 */
export function leaveTheirCore(): void {
  if (hasTwo()) spawnSync(TASKSET, ['--all-tasks', '--cpu-list', '--pid', `1-${MOST}`, String(process.pid)]);
}

function hasTwo(): boolean {
  return MOST > 0 && existsSync(TASKSET);
}
