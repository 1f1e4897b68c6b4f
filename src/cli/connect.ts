import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { type OpenedConnections, openConnections } from '../compose.js';
import { type Config, parseConfig } from '../config.js';
import type { ParentConnection, SecretField } from '../connections/parent-connection.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { Secret } from '../kernel/secret.js';
import type { Environment } from './environment.js';

const POLL_MS = 1_000;

/** `behalf connect <name>`: connects what everybody shares. */
export function addConnectCommand(program: Command, environment: Environment): void {
  program
    .command('connect')
    .description('connect a shared connection: by a login in the browser, or with secrets that are asked for')
    .argument('<name>', 'name of a connection in connections.yaml')
    .action(async (name: string) => {
      const config = parseConfig(environment);
      const opened = await openConnections(config, environment);
      try {
        process.stdout.write(`${await connect(opened, config, name)}\n`);
      } finally {
        await opened.close();
      }
    });
}

async function connect(opened: OpenedConnections, config: Config, name: string): Promise<string> {
  const parent = opened.catalogue.parent(name);
  if (!parent) {
    throw new BehalfError(
      'connection.invalid',
      `There is no usable connection "${name}" in connections.yaml: behalf check`,
    );
  }
  const { auth } = parent;
  switch (auth.kind) {
    case 'static':
      return `${name} has its secrets in connections.yaml. ${await tried(opened, parent)}`;
    case 'client_credentials':
      if ((await opened.connections.get('shared', name))?.status !== 'connected') {
        await opened.connections.remove('shared', name);
      }
      return tried(opened, parent);
    case 'oauth2':
      return byLogin(opened, config, parent);
    case 'stored':
      return auth.login ? byLogin(opened, config, parent) : bySecrets(opened, parent, auth);
  }
}

async function tried({ connections, tryOut }: OpenedConnections, parent: ParentConnection): Promise<string> {
  const found = await connections.credentialFor('shared', parent);
  if (found.kind !== 'ready') return `${parent.title} is not connected.`;
  return connectedText(parent, (await tryOut(parent, found.credential))?.label);
}

async function byLogin(opened: OpenedConnections, config: Config, parent: ParentConnection): Promise<string> {
  const { clock, connections } = opened;
  const before = (await connections.get('shared', parent.name))?.connectedAt;
  const url = await opened.sharedLoginUrl(parent.name);
  // Where the service runs it serves the page, too: the link is in the store that both use.
  const stop = (await isServing(config.publicUrl)) ? undefined : await opened.serveLogins();
  process.stdout.write(
    `Open this in your browser and log in with the account that everybody shall use:\n\n  ${url}\n\n`,
  );
  const until = clock.now() + config.loginTimeoutMs;
  try {
    while (clock.now() < until) {
      const current = await connections.get('shared', parent.name);
      if (current?.status === 'connected' && current.connectedAt !== before) {
        return connectedText(parent, current.account?.label);
      }
      await clock.sleep(POLL_MS);
    }
  } finally {
    await stop?.();
  }
  throw new BehalfError('connection.invalid', 'The login was not done in time. Nothing has changed.');
}

async function isServing(publicUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

async function bySecrets(
  { connections, tryOut }: OpenedConnections,
  parent: ParentConnection,
  auth: Extract<ParentConnection['auth'], { kind: 'stored' }>,
): Promise<string> {
  const secrets: Record<string, Secret> = {};
  for (const field of auth.fields) secrets[field.name] = new Secret(await ask(field));
  const credential = await auth.credentialOf(secrets);
  const account = await tryOut(parent, credential).catch((error: unknown) => {
    const { code, userText } = asBehalfError(error);
    throw new BehalfError('connection.invalid', `Nothing was kept (${code}). ${userText}`);
  });
  await connections.keepSecrets(parent, secrets, account);
  return connectedText(parent, account?.label);
}

/** Asks at the terminal; a secret leaves no echo. */
async function ask({ secret, title }: SecretField): Promise<string> {
  let isSilent = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isSilent) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => reject(new BehalfError('connection.invalid', `No ${title} was given`)));
      lines.question(`${title}: `, (answer) => {
        if (isSilent) process.stdout.write('\n');
        resolve(answer.trim());
      });
      isSilent = secret;
    });
  } finally {
    lines.close();
  }
}

function connectedText({ name, title }: ParentConnection, account: string | undefined): string {
  return `${name} (${title}) is connected${account === undefined ? '' : ` as ${account}`}.`;
}
