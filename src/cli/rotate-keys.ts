import type { Command } from 'commander';
import { openRotation } from '../compose/rotate-keys.js';
import { parseStoreConfig } from '../config.js';
import { isInUse, type KeyUse, type KeyUses, neededOf } from '../key-uses.js';
import type { Environment } from './environment.js';

/** Rows between two lines of progress. */
const TELL_EVERY = 10_000;

interface RotateOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `behalf keys rotate`. */
export function addRotateCommand(keys: Command, environment: Environment): void {
  keys
    .command('rotate')
    .description(
      'seal everything that is stored with the first key; with Redis beside the running service; goes on where an earlier run has stopped',
    )
    .option('--check', 'change nothing; exit code 2 while an old key is still needed, or that cannot be told')
    .option('--json', 'print the counts as JSON')
    .action((options: RotateOptions) => run(environment, options));
}

async function run(environment: Environment, { check, json }: RotateOptions): Promise<void> {
  const rotation = await openRotation(parseStoreConfig(environment));
  try {
    const report = check ? { uses: await rotation.uses() } : await rotation.rotate(tellProgress());
    const { uses, ...counts } = report;
    const lines = 'checked' in counts ? [`${counts.checked} checked, ${counts.resealed} sealed anew`] : [];
    const said = [...lines, ...linesOf(uses)].map((line) => `${line}\n`).join('');
    process.stdout.write(json ? `${JSON.stringify({ ...counts, ...uses })}\n` : said);
    if (check && isNeeded(uses)) process.exitCode = 2;
    if (!check && (uses.unreadable > 0 || isElsewhere(uses) || neededOf(uses).some(({ lasting }) => lasting > 0)))
      process.exitCode = 1;
  } finally {
    await rotation.close();
  }
}

/** To stderr: what is read by programs stays as it is. */
function tellProgress(): (counts: { readonly checked: number; readonly resealed: number }) => void {
  let told = 0;
  return ({ checked, resealed }) => {
    if (checked - told < TELL_EVERY) return;
    told = checked;
    process.stderr.write(`${checked} checked, ${resealed} sealed anew so far\n`);
  };
}

function olderOf({ keys }: KeyUses): readonly KeyUse[] {
  return keys.slice(1);
}

/** Whether it cannot be said that the old keys are of no use. */
function isNeeded(uses: KeyUses): boolean {
  return uses.unreadable > 0 || neededOf(uses).length > 0 || isElsewhere(uses);
}

/** There are old keys, and nothing that they could have sealed. */
function isElsewhere(uses: KeyUses): boolean {
  return olderOf(uses).length > 0 && !isInUse(uses);
}

/** What every old key is needed for, and what to do. */
function linesOf(uses: KeyUses): readonly string[] {
  if (isElsewhere(uses))
    return [
      'Nothing is sealed in this store, so nothing can be said about the keys. Do DATA_DIR and REDIS_URL name the store of the service?',
    ];
  const older = olderOf(uses);
  const none = older.length === 0 ? ['The keyring has one key: there is nothing to take out.'] : [];
  const unreadable =
    uses.unreadable === 0
      ? []
      : [`${uses.unreadable} records open with no key of the keyring: their key is gone, or they were changed.`];
  return [...older.map((use) => lineOf(use, uses.unreadable > 0)), ...none, ...unreadable];
}

function lineOf({ id, lasting, shortLived, until }: KeyUse, isUnclear: boolean): string {
  const parts = [
    ...(lasting > 0
      ? [`${lasting} records are sealed with it: run \`behalf keys rotate\` when every replica has the first key first`]
      : []),
    ...(shortLived > 0
      ? [`${shortLived} short-lived records end by themselves, the last by ${new Date(until ?? 0).toISOString()}`]
      : []),
  ];
  if (parts.length > 0) return `${id} is still needed: ${parts.join('; ')}.`;
  if (isUnclear) return `${id} opens nothing, but keep it until it is known what seals the records that do not open.`;
  return `${id} is not needed any more: take it out of the keyring. Backups from before need it: keep it elsewhere for as long as those.`;
}
