import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Browser } from '../../playground/tour/browser.js';
import type { ProviderWishes } from './oidc-provider-process.js';

export const PUBLIC_URL = 'https://behalf.example.com';

export interface RunningProvider {
  readonly origin: string;
  /** From now on whoever comes is that person. */
  expect(person: string): Promise<void>;
  /** Walks through the sign-in page as that person, in a browser of their own; gives where the browser is sent back to. */
  signIn(authorizationUrl: string, person: string): Promise<URL>;
  stop(): Promise<void>;
}

/** Starts a certified OpenID provider in the shape of a chat platform's. */
export async function startProvider(wishes: ProviderWishes): Promise<RunningProvider> {
  const program = path.join(__dirname, 'oidc-provider-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(wishes)]);
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  let origin: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    origin = line;
    break;
  }
  if (origin === undefined) throw new Error(`The provider did not start: ${errors.join('')}`);
  const at = origin;
  const expect = async (person: string): Promise<void> => {
    await (await fetch(`${at}/person/${person}`)).text();
  };
  return {
    origin: at,
    expect,
    async signIn(authorizationUrl, person) {
      await expect(person);
      return new Browser().openUntil(authorizationUrl, PUBLIC_URL);
    },
    async stop() {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
