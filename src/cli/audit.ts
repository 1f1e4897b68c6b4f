import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AuditFilter, csvHead, isWanted, toCsvLine, toJsonLine, toTextLine } from '../audit/audit-lines.js';
import type { AuditLog, AuditVerdict } from '../audit/audit-log.js';
import type { AuditPosition } from '../audit/audit-store.port.js';
import { openAuditLog } from '../compose/audit.js';
import { parseStoreConfig } from '../config.js';
import { AUDIT_KINDS } from '../kernel/audit.port.js';
import { BehalfError } from '../kernel/errors.js';
import type { Environment } from './environment.js';
import { endOf, momentOf } from './moment.js';
import { print } from './output.js';
import { auditPersonOf } from './person.js';

/** Lines that are written at once. */
const PORTION = 500;

interface ExportOptions extends AuditFilter {
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `behalf audit`: who did what; `behalf audit verify`: whether the log is as it was written. */
export function addAuditCommand(program: Command, environment: Environment): void {
  const withLog = async (work: (log: AuditLog) => Promise<void>): Promise<void> => {
    const opened = await openAuditLog(parseStoreConfig(environment));
    try {
      await work(opened.log);
    } finally {
      await opened.close();
    }
  };
  const audit = program
    .command('audit')
    .description('print the audit log, the oldest entry first; with Redis also beside the running service')
    .option(
      '--from <time>',
      'a day in UTC (2026-11-27) or a time (2026-11-27T08:00:00Z)',
      (text: string) => momentOf(text).at,
    )
    .option('--to <time>', 'the same; a day counts to its end', (text: string) => endOf(momentOf(text)))
    .option('--person <id>', 'user id, or platform:tenant:user; a program: api:keys:<name of its key>', auditPersonOf)
    .option('--app <connector>', 'name of the connector')
    .addOption(new Option('--kind <kind>', 'what kind of entry').choices(AUDIT_KINDS))
    .addOption(new Option('--json', 'one JSON object a line').conflicts('csv'))
    .option('--csv', 'comma-separated values with a head line')
    .action((options: ExportOptions) => withLog((log) => printLog(log, options)));
  audit
    .command('verify')
    .description(
      'look whether an entry was changed, removed, moved or added by somebody else; exit code 2 when so, or when there is no log',
    )
    .option('--head <number:hash>', 'where the log ended earlier, as it was noted elsewhere', positionOf)
    .option('--json', 'print the result as JSON')
    .action((options: { readonly head?: AuditPosition }, command: Command) =>
      withLog(async (log) => {
        const verdict = await log.verify(options.head);
        if (verdict.kind !== 'whole') process.exitCode = 2;
        // `audit` itself has the option, too, and takes it wherever it stands.
        const { json } = command.optsWithGlobals<{ readonly json?: boolean }>();
        process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : textOf(verdict));
      }),
    );
}

async function printLog(log: AuditLog, { csv, from, json, to, ...filter }: ExportOptions): Promise<void> {
  if (from !== undefined && to !== undefined && to <= from)
    throw new BehalfError('config.invalid', '--to is before --from: there is nothing in between. Turn them round.');
  const format = csv ? toCsvLine : json ? toJsonLine : toTextLine;
  let lines = csv ? [csvHead()] : [];
  for await (const line of log.read({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })) {
    if (!isWanted(line, filter)) continue;
    lines.push(format(line));
    if (lines.length < PORTION) continue;
    if (!(await print(lines.join('')))) return;
    lines = [];
  }
  await print(lines.join(''));
}

function textOf(verdict: AuditVerdict): string {
  if (verdict.kind === 'empty')
    return 'There is nothing to verify: no audit log is in this store. Nothing was noted yet, AUDIT_DAYS is 0, this is not the store of the service, or the log was taken away.\n';
  if (verdict.kind === 'whole') {
    const { from, head } = verdict;
    const count = head.number - from.number;
    const kept = `${count} ${count === 1 ? 'entry' : 'entries'}, ${from.number + 1} to ${head.number}`;
    return `The audit log is whole: ${count === 0 ? 'the time of all entries is over' : kept}.\nIt ends with ${head.number}:${head.hash}. Keep that elsewhere and give it to --head next time.\n`;
  }
  const whys = {
    missing: 'is missing',
    changed: 'is not as it was written',
    beginning: 'is where the log begins, but nobody was to forget what was before it',
    end: 'does not fit the end of the log: entries were taken away there, or added',
  };
  return `Number ${verdict.number} ${whys[verdict.why]}.\n`;
}

function positionOf(text: string): AuditPosition {
  const [, number, hash] = /^(\d+):([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  if (number === undefined || hash === undefined) throw new InvalidArgumentError('Write it as verify has printed it.');
  return { number: Number(number), hash };
}
