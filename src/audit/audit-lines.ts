import type { AuditKind, AuditPerson } from '../kernel/audit.port.js';
import type { AuditLine } from './sealed-page.js';

/** Which entries are wanted; what is absent does not matter. */
export interface AuditFilter {
  readonly kind?: AuditKind;
  readonly app?: string;
  /** A user id, or platform, tenant and user id with `/` in between. */
  readonly person?: string;
}

/** The columns, in the order in which they are exported. */
const COLUMNS = [
  'number',
  'time',
  'kind',
  'outcome',
  'platform',
  'tenant',
  'user',
  'by',
  'app',
  'connection',
  'account_id',
  'account',
  'action',
  'method',
  'host',
  'path',
  'recipe',
  'job',
  'step',
  'code',
  'ref',
  'count',
  'previous',
  'hash',
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string | number | undefined>>;

export function isWanted({ event }: AuditLine, { app, kind, person }: AuditFilter): boolean {
  if (kind !== undefined && event?.kind !== kind) return false;
  if (app !== undefined && event?.app !== app) return false;
  return person === undefined || isPerson(event?.person, person);
}

function isPerson(found: AuditPerson | undefined, wanted: string): boolean {
  if (!found) return false;
  const { platform, tenant, user = '' } = found;
  return wanted === user || wanted === `${platform}/${tenant}/${user}`;
}

/** One entry as one line of JSON; what is not known is left out. */
export function toJsonLine(line: AuditLine): string {
  return `${JSON.stringify(rowOf(line))}\n`;
}

/** One entry as one line of CSV (RFC 4180). */
export function toCsvLine(line: AuditLine): string {
  const row = rowOf(line);
  return `${COLUMNS.map((column) => csvField(row[column])).join(',')}\r\n`;
}

export function csvHead(): string {
  return `${COLUMNS.join(',')}\r\n`;
}

/** One entry for somebody who reads it in a terminal. */
export function toTextLine(line: AuditLine): string {
  const { account, action, app, by, code, connection, kind, outcome, platform, recipe, ref, tenant, time, user } =
    rowOf(line);
  const who = [platform, tenant, user].filter((part) => part !== undefined).join('/');
  const what = [
    ...[action ?? connection, account && `as ${account}`, recipe && `in ${recipe}`, by && `by ${by}`],
    ...[code, ref && `ref ${ref}`],
  ].filter(Boolean);
  const where = app !== undefined && action !== undefined ? `${app}.` : '';
  return `${line.number}  ${time}  ${kind} ${outcome}  ${[who, `${where}${what.join(' ')}`].filter(Boolean).join('  ')}\n`;
}

function rowOf({ at, event, hash, number, previous }: AuditLine): Row {
  const { account, action, app, by, code, connection, count, job, person, recipe, ref, request, step } = event ?? {};
  return {
    number,
    time: new Date(at).toISOString(),
    kind: event?.kind,
    outcome: event?.outcome ?? 'unreadable',
    platform: person?.platform,
    tenant: person?.tenant,
    user: person?.user,
    by,
    app,
    connection,
    account_id: account?.id,
    account: account?.label,
    action,
    method: request?.method,
    host: request?.host,
    path: request?.path,
    recipe,
    job,
    step,
    code,
    ref,
    count,
    previous,
    hash,
  };
}

/** Spreadsheets take a field that begins like a formula for one: a quote before it keeps it a text. */
function csvField(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value === undefined ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
