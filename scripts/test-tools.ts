import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** A program that the tests need, where it was found. */
export interface TestTool {
  readonly path: string;
  readonly version: string;
}

/** `GETDEL` came with 6.2. */
const OLDEST_REDIS = [6, 2];

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const MAC_BROWSERS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Redis server that is new enough, on the PATH. */
export function findRedisServer(): TestTool | undefined {
  const found = onPath(['redis-server']).map(describe).find(isDefined);
  const [major = 0, minor = 0] =
    /v=(\d+)\.(\d+)/
      .exec(found?.version ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_REDIS;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor) ? found : undefined;
}

/** A Chromium or Chrome: `CHROMIUM_PATH` and nothing else where it is set, else the usual places. */
export function findChromium(): TestTool | undefined {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted) return describe(wanted);
  const macs = process.platform === 'darwin' ? MAC_BROWSERS : [];
  return [...onPath(CHROMIUM_NAMES), ...macs, chromium.executablePath()]
    .filter(isExecutable)
    .map(describe)
    .find((tool) => tool !== undefined && /chrom/i.test(tool.version));
}

/** Ubuntu's `chromium-browser` without its snap answers with an error: what cannot tell its version does not count. */
function describe(file: string): TestTool | undefined {
  const run = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return run.status === 0 ? { path: file, version: run.stdout.trim() } : undefined;
}

function onPath(names: readonly string[]): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
