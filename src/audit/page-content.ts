import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AuditEvent, AuditKind } from '../kernel/audit.port.js';
import type { Complete } from '../kernel/complete.js';
import { BehalfError } from '../kernel/errors.js';

/** Something that was noted. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: AuditEvent;
}

/** First byte of a page: what the rest is. */
const PLAIN = 0;
const DEFLATED = 1;
/** Higher levels take twice the time and save hardly any room. */
const LEVEL = 3;

const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\\': '\\\\' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\\\': '\\', '\\e': '' };

/**
 * Entries as bytes: a line for each, fields in a fixed order with tabs between them; the first is the time since the line
 * before. What people do at the same time is much alike, so it is deflated (RFC 1951) where that makes it smaller.
 */
export function encodePage(entries: readonly AuditEntry[]): Buffer {
  let before = 0;
  const lines = entries.map(({ at, event }) => {
    const fields = [at - before, ...fieldsOf(event)];
    before = at;
    return fields.map(escaped).join('\t');
  });
  const plain = Buffer.from(lines.join('\n'));
  const deflated = deflateRawSync(plain, { level: LEVEL });
  const isSmaller = deflated.length < plain.length;
  return Buffer.concat([Buffer.of(isSmaller ? DEFLATED : PLAIN), isSmaller ? deflated : plain]);
}

/** The entries that were given to {@link encodePage}. Throws `store.corrupt` for what another one has made. */
export function decodePage(page: Buffer): readonly AuditEntry[] {
  let at = 0;
  return textOf(page)
    .split('\n')
    .map((line) => {
      const [since, ...fields] = line.split('\t');
      at += Number(since);
      return { at, event: eventOf(fields.map(unescaped)) };
    });
}

function textOf(page: Buffer): string {
  const content = page.subarray(1);
  if (page[0] === PLAIN) return content.toString('utf8');
  if (page[0] === DEFLATED) return inflateRawSync(content).toString('utf8');
  throw new BehalfError('store.corrupt', 'A page of the audit log is of an unknown form');
}

type Field = string | number | undefined;

/** The order is the format: a new field comes last, and none is taken out. */
function fieldsOf(event: AuditEvent): readonly Field[] {
  const { account, person, request } = event;
  return [
    event.kind,
    event.outcome,
    person?.platform,
    person?.tenant,
    person?.user,
    event.recipe,
    event.job,
    event.app,
    event.connection,
    account?.id,
    account?.label,
    event.action,
    request?.method,
    request?.host,
    request?.path,
    event.step,
    event.by,
    event.code,
    event.ref,
    event.count,
  ];
}

function eventOf(fields: readonly (string | undefined)[]): Complete<AuditEvent> {
  const [kind, outcome = '', platform, tenant = '', user, recipe, job, app, connection, id, label = '', ...done] =
    fields;
  const [action, method, host = '', path = '', step, by, code, ref, count] = done;
  return {
    kind: kind as AuditKind,
    outcome,
    person: platform === undefined ? undefined : { platform, tenant, user },
    by,
    connection,
    account: id === undefined ? undefined : { id, label },
    app,
    action,
    request: method === undefined ? undefined : { method, host, path },
    recipe,
    job,
    step,
    code,
    ref,
    count: count === undefined ? undefined : Number(count),
  };
}

/** An empty text is not the same as none. */
function escaped(field: Field): string | number {
  if (typeof field !== 'string') return field ?? '';
  if (field === '') return '\\e';
  return /[\t\n\\]/.test(field) ? field.replaceAll(/[\t\n\\]/g, (character) => ESCAPES[character] ?? '') : field;
}

function unescaped(field: string): string | undefined {
  if (field === '') return undefined;
  return field.includes('\\') ? field.replaceAll(/\\./g, (sequence) => UNESCAPES[sequence] ?? '') : field;
}
