import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findChromium, findRedisServer } from './test-tools.js';

/** Finds what the tests need besides npm packages, and installs what is missing where that is safe. */

const POLICY = '/usr/sbin/policy-rc.d';
const INSTALL_TIMEOUT_MS = 10 * 60_000;

interface Need {
  readonly name: string;
  readonly find: () => { readonly path: string; readonly version: string } | undefined;
  readonly apt: string;
  readonly brew: readonly string[];
}

const NEEDS: readonly Need[] = [
  { name: 'redis-server 6.2 or newer', find: findRedisServer, apt: 'redis-server', brew: ['redis'] },
  { name: 'Chromium', find: findChromium, apt: 'chromium', brew: ['--cask', 'chromium'] },
];

function missing(): readonly Need[] {
  return NEEDS.filter(({ find }) => find() === undefined);
}

/** Root itself, or through a sudo that asks nothing. */
function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function run(command: readonly string[]): boolean {
  const [program = '', ...parameters] = command;
  console.log(`$ ${command.join(' ')}`);
  return spawnSync(program, parameters, { stdio: 'inherit', timeout: INSTALL_TIMEOUT_MS }).status === 0;
}

/**
 * Installs packages without starting their services: a test machine wants the program, not the daemon. `policy-rc.d` is
 * how Debian is told so; where there is one already, it stays as it is.
 */
function installWithApt(root: readonly string[], packages: readonly string[]): boolean {
  const script = [
    'set -e',
    `if [ ! -e ${POLICY} ]; then`,
    `  printf '#!/bin/sh\\nexit 101\\n' >${POLICY}; chmod +x ${POLICY}; trap 'rm -f ${POLICY}' EXIT`,
    'fi',
    'export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1',
    'apt-get update -q',
    `apt-get install -q -y --no-install-recommends ${packages.join(' ')}`,
  ];
  console.log(`Installing ${packages.join(' and ')} with apt-get; no service is started.`);
  return run([...root, 'sh', '-c', script.join('\n')]);
}

/** Ubuntu's chromium is a snap, which does not work in containers; Playwright's own build does. */
function isUbuntu(): boolean {
  return existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function install(needs: readonly Need[]): void {
  if (process.platform === 'darwin' && has('brew')) {
    for (const { brew } of needs) run(['brew', 'install', ...brew]);
    return;
  }
  const root = process.platform === 'linux' && existsSync('/etc/debian_version') ? asRoot() : undefined;
  if (root === undefined) return;
  const bySnap = isUbuntu() ? needs.filter(({ apt }) => apt === 'chromium') : [];
  const byApt = needs.filter((need) => !bySnap.includes(need));
  if (byApt.length > 0)
    installWithApt(
      root,
      byApt.map(({ apt }) => apt),
    );
  if (bySnap.length > 0) run(['npx', 'playwright-core', 'install', '--with-deps', 'chromium']);
}

function advice(needs: readonly Need[]): string {
  const packages = needs.map(({ apt }) => apt).join(' ');
  return [
    `The tests need ${needs.map(({ name }) => name).join(' and ')}, which I could not find or install. Please run what fits:`,
    `  Debian:  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`,
    ...needs.map(({ brew }) => `  macOS:   brew install ${brew.join(' ')}`),
    '  other:   install them so that they are on the PATH; a browser elsewhere: set CHROMIUM_PATH to it.',
  ].join('\n');
}

function main(): void {
  const wanted = missing();
  if (wanted.length === 0) return;
  if (process.env['CHROMIUM_PATH'] && findChromium() === undefined) {
    console.error(`CHROMIUM_PATH is set, but there is no browser that runs at that path. Correct it or unset it.`);
    process.exitCode = 1;
    return;
  }
  console.log(`Not found: ${wanted.map(({ name }) => name).join(', ')}.`);
  install(wanted);
  const left = missing();
  if (left.length === 0) return;
  console.error(advice(left));
  process.exitCode = 1;
}

main();
