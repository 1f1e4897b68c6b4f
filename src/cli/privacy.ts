import type { Command } from 'commander';
import type { ChatUser } from '../chat/chat-user.js';
import { openConnections } from '../compose/open-connections.js';
import type { PersonTools } from '../compose/person-tools.js';
import { parseConfig } from '../config.js';
import { BehalfError } from '../kernel/errors.js';
import type { Erased } from '../privacy/erase-person.js';
import type { Environment } from './environment.js';
import { print } from './output.js';
import { chatUserOf } from './person.js';

interface EraseOptions {
  readonly user: ChatUser;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly unrevoked?: boolean;
}

/** `behalf privacy`: what is kept about a person, as JSON; and erasing it. */
export function addPrivacyCommand(program: Command, environment: Environment): void {
  const withPeople = async (work: (people: PersonTools) => Promise<void>): Promise<void> => {
    const opened = await openConnections(parseConfig(environment), environment);
    try {
      await work(opened.people);
    } finally {
      await opened.close();
    }
  };
  const privacy = program
    .command('privacy')
    .description('what is kept about a person; with Redis also beside the running service');
  const user = '--user <platform:tenant:user>';
  const whose = 'slack:T0123:U0456, or teams:<tenant id>:<aadObjectId>';
  privacy
    .command('export')
    .description('print everything that is kept about a person, as JSON; never a token')
    .requiredOption(user, whose, chatUserOf)
    .action((options: { readonly user: ChatUser }) => withPeople((people) => printExport(people, options.user)));
  privacy
    .command('erase')
    .description('end the connections of a person and erase everything that is kept about them, but the audit log')
    .requiredOption(user, whose, chatUserOf)
    .option('--yes', 'do it; without it, only say what there is')
    .option('--unrevoked', 'do it also where a login cannot be opened, so that its app cannot be asked to revoke it')
    .option('--json', 'print the result as JSON')
    .action((options: EraseOptions) => withPeople((people) => erase(people, options)));
}

async function printExport(people: PersonTools, user: ChatUser): Promise<void> {
  let isWhole = true;
  const closed = () => {
    isWhole = false;
  };
  for await (const piece of people.export(user, closed)) if (!(await print(piece))) return;
  if (isWhole) return;
  process.stderr.write(
    'Not all of it could be opened: no key of ENCRYPTION_KEYS does. The file says "unreadable" there. Give all keys that the service has had.\n',
  );
  process.exitCode = 1;
}

async function erase(people: PersonTools, { json, unrevoked, user, yes }: EraseOptions): Promise<void> {
  const { unreadable, ...found } = await people.count(user);
  if (unreadable.length > 0 && !unrevoked)
    throw new BehalfError(
      'config.invalid',
      `No key of ENCRYPTION_KEYS opens the login of this person: ${unreadable.join(', ')}. Nothing was done. Give all keys that the service has had; where one is lost, add --unrevoked, and end the login in the app.`,
    );
  if (!yes) {
    const words = `Connections: ${found.connections}, requests: ${found.requests}. Nothing was done. Add --yes to erase them and all else.\n`;
    process.stdout.write(json ? `${JSON.stringify({ ...found, erased: false })}\n` : words);
    return;
  }
  const erased = await people.erase(user);
  if (!erased.isWhole) process.exitCode = 1;
  process.stdout.write(json ? toJson(erased) : toText(erased));
}

function toJson({ connections, isWhole, jobs }: Erased): string {
  const ended = connections.map(({ account, name, revocation }) => ({ name, account: account?.label, revocation }));
  return `${JSON.stringify({ erased: isWhole, connections: ended, requests: jobs })}\n`;
}

function toText({ connections, isWhole, jobs }: Erased): string {
  const told = {
    queued: 'ended; the service asks the app to revoke the login',
    unsupported: 'ended here; the app offers no way to revoke the login',
    none: 'the entry is removed; there was no login any more',
    unreadable: 'the entry is removed; its login could not be opened: end it in the app',
  };
  const lines = connections.map(
    ({ account, name, revocation }) => `${name}${account ? ` (${account.label})` : ''}: ${told[revocation]}\n`,
  );
  const end = isWhole
    ? 'Everything that was kept about this person is erased, but the audit log.\n'
    : 'A request of this person still runs and ends after its step. Repeat the command in a minute.\n';
  return `${lines.join('')}Requests removed, with their results: ${jobs}.\n${end}`;
}
