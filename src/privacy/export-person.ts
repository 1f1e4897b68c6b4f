import type { ChatUser } from '../chat/chat-user.js';
import { isSameOwner } from '../chat/job-owner.js';
import { type ConnectionSummary, type Connections, UNREADABLE } from '../connections/connections.js';
import type { Answer, JobRow } from '../jobs/job.js';
import { type Job, openJob } from '../jobs/job-record.js';
import type { PersonJobs } from '../jobs/person-jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import { isBehalfError } from '../kernel/errors.js';
import { FILE_REF } from '../kernel/file-value.js';
import type { Vault } from '../kernel/vault.js';

type Entry = Readonly<Record<string, unknown>>;

export interface ExportPersonDeps {
  readonly connections: Pick<Connections, 'list'>;
  readonly jobs: Pick<PersonJobs, 'all'>;
  readonly vault: Vault;
  /** Entries of the audit log about this person, the oldest first; none where there is no such log. */
  readonly auditOf: (user: ChatUser) => AsyncIterable<Entry>;
  /** What the bot knows of them besides: their language, questions that stand open. */
  readonly notesOf: (user: ChatUser) => Promise<Entry>;
  readonly clock: Clock;
}

/** In place of what no key opens. */
export const CLOSED = { left_out: 'unreadable' };

/** Characters of the requests' details that a file for a browser holds; the file is put together in memory. */
export const DOWNLOAD_DETAILS = 20_000_000;

/**
 * All that is kept about a person, as JSON in pieces; the shape stands in docs/privacy.md. Never a token, a secret, a link or a
 * button. `details`: from so many characters on, requests come without what they were given and what they gave.
 * `onClosed`: called where no key opens something; that is marked in the file.
 * Rejects with `store.unavailable`.
 */
export async function* exportPerson(
  deps: ExportPersonDeps,
  user: ChatUser,
  { details = Number.POSITIVE_INFINITY, onClosed }: { readonly details?: number; readonly onClosed?: () => void } = {},
): AsyncGenerator<string> {
  const { platform, tenantId: tenant, userId } = user;
  const head = {
    format: 'behalf-export',
    version: 1,
    exported_at: timeOf(deps.clock.now()),
    person: { platform, tenant, user: userId },
    ...(await deps.notesOf(user)),
  };
  yield JSON.stringify(head, undefined, 2).replace(/\n\}$/, '');
  yield* list('connections', connectionsOf(deps, user), onClosed);
  yield* list('requests', requestsOf(deps, user, details), onClosed);
  yield* list('audit_log', deps.auditOf(user), onClosed);
  yield '\n}\n';
}

/** One list of the file, entry by entry. */
async function* list(
  name: string,
  entries: AsyncIterable<Entry>,
  onClosed: (() => void) | undefined,
): AsyncGenerator<string> {
  let count = 0;
  yield `,\n  "${name}": [`;
  for await (const entry of entries) {
    if (entry['left_out'] === CLOSED.left_out || entry['reason'] === UNREADABLE) onClosed?.();
    yield `${count === 0 ? '' : ','}\n    ${JSON.stringify(entry, undefined, 2).replaceAll('\n', '\n    ')}`;
    count += 1;
  }
  yield count === 0 ? ']' : '\n  ]';
}

async function* connectionsOf({ connections }: ExportPersonDeps, user: ChatUser): AsyncGenerator<Entry> {
  for (const connection of await connections.list(user)) yield toEntry(connection);
}

function toEntry(connection: ConnectionSummary): Entry {
  const { account, asked, changedAt, connectedAt, lastUsedAt, name, reason, scopes, status } = connection;
  return {
    connection: name,
    status,
    reason,
    account: account && {
      id: account.id,
      label: account.label,
      confirmed_email: account.confirmedEmail,
      organization: account.organization,
    },
    scopes,
    asked_scopes: asked,
    connected_at: timeOf(connectedAt),
    changed_at: timeOf(changedAt),
    last_used_at: timeOf(lastUsedAt),
  };
}

async function* requestsOf(deps: ExportPersonDeps, user: ChatUser, details: number): AsyncGenerator<Entry> {
  let size = 0;
  for await (const row of deps.jobs.all(user)) {
    const inside = size < details ? insideOf(deps.vault, row) : { left_out: 'size' };
    size += JSON.stringify(inside).length;
    yield {
      id: row.id,
      recipe: row.recipe,
      status: row.status,
      created_at: timeOf(row.createdAt),
      changed_at: timeOf(row.updatedAt),
      kept_until: timeOf(row.keepUntil),
      waits_for: row.waitingFor.length === 0 ? undefined : row.waitingFor,
      ...inside,
    };
  }
}

function insideOf(vault: Vault, row: JobRow): Entry {
  try {
    return detailsOf(openJob(vault, row));
  } catch (error) {
    if (!isBehalfError(error, 'store.corrupt')) throw error;
    return CLOSED;
  }
}

/** Addresses of messages and prompts stay out: some let their holder write there. */
function detailsOf({ state, user }: Job): Entry {
  const { asking, conversation, done, expiresAt, locale, log, parameters, replies, result } = state;
  return withoutReferences({
    parameters,
    language: locale,
    asked_in: conversation?.kind,
    expires_at: timeOf(expiresAt),
    question: asking && {
      text: asking.text.map(({ text }) => text).join(''),
      asked_at: timeOf(asking.askedAt),
      answer: answered(asking.given, user),
    },
    steps: Object.entries(done).map(([path, step]) => {
      switch (step.kind) {
        case 'reply':
          return { path, kind: step.kind, visible_to: step.visibleTo };
        case 'ask':
          return { path, kind: step.kind, answer: answered(step.answer, user) };
        default:
          return { path, ...step };
      }
    }),
    log: log?.map(({ at, level, text }) => ({ at: timeOf(at), level, text })),
    replies,
    result: result && {
      status: result.status,
      text: result.text,
      code: result.code,
      ref: result.ref,
      outputs: result.outputs,
    },
  });
}

/** What was answered; somebody else by the name that the person was shown, not by their id. */
function answered(answer: Answer | undefined, owner: Job['user']): unknown {
  if (answer?.kind !== 'given') return answer;
  const { by, kind, label, value, values } = answer;
  return { kind, value, values, label, by: isSameOwner(by, owner) ? undefined : by.name };
}

/** Files by their names: what their content is found by lets its holder read it. */
function withoutReferences(value: Entry): Entry {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    key === 'ref' && typeof inner === 'string' && inner.startsWith(FILE_REF) ? undefined : inner,
  );
  return JSON.parse(text);
}

function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
