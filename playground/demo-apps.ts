import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type CrmRecords,
  crmControl,
  type DemoAppControl,
  type FileRecords,
  filesControl,
} from './apps/control-client.js';
import type { DemoAppAddresses, DemoAppsOptions } from './apps/index.js';
import { parseJson } from './http.js';

const ROOT = join(__dirname, '..');

/** The demo apps in a process of their own: their OAuth2 server is an ES module, which jest cannot load. */
export interface RunningDemoApps extends DemoAppAddresses {
  readonly crmControl: DemoAppControl<CrmRecords>;
  readonly filesControl: DemoAppControl<FileRecords>;
  stop(): Promise<void>;
}

/** Starts Acme CRM and Acme Files. The process ends with this one, however this one ends. */
export async function spawnDemoApps(options: DemoAppsOptions): Promise<RunningDemoApps> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'apps', 'process.ts')], {
    cwd: ROOT,
    env: { ...process.env, DEMO_APPS_OPTIONS: JSON.stringify(options) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`The demo apps did not start:\n${errors.join('')}`))),
  ]);
  const addresses = readAddresses(parseJson(String(line[0])));
  return {
    ...addresses,
    crmControl: crmControl(addresses.crm.controlUrl),
    filesControl: filesControl(addresses.files.controlUrl),
    stop: () => end(child),
  };
}

function readAddresses(value: unknown): DemoAppAddresses {
  if (isAddresses(value)) return value;
  throw new Error('The demo apps did not say where they are');
}

/** The other end is `apps/process.ts`, which prints exactly this. */
function isAddresses(value: unknown): value is DemoAppAddresses {
  return typeof value === 'object' && value !== null && 'crm' in value && 'files' in value;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
