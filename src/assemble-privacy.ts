import { isWanted, toJsonLine } from './audit/audit-lines.js';
import { AuditLog } from './audit/audit-log.js';
import type { AuditStore } from './audit/audit-store.port.js';
import type { ChatAdapter } from './chat/chat-adapter.port.js';
import type { ChatUser, Platform } from './chat/chat-user.js';
import type { Clicks } from './chat/clicks.js';
import { HomeMarks } from './commands/home-marks.js';
import { chatUserOf } from './commands/login-notices.js';
import { OwnData } from './commands/own-data.js';
import { erasedMessage } from './commands/own-data-messages.js';
import { Questions } from './commands/questions.js';
import type { ConnectionStore } from './connections/connection-store.port.js';
import type { Connections } from './connections/connections.js';
import type { DepartureQueue } from './connections/departure-queue.port.js';
import { Departures } from './connections/departures.js';
import type { JobStore } from './jobs/job-store.port.js';
import type { Jobs } from './jobs/jobs.js';
import { PersonJobs } from './jobs/person-jobs.js';
import type { Audit } from './kernel/audit.port.js';
import type { Clock } from './kernel/clock.port.js';
import { isBehalfError } from './kernel/errors.js';
import type { ExpiringStore } from './kernel/expiring-store.port.js';
import type { Logger } from './kernel/logger.port.js';
import type { Metrics } from './kernel/metrics.port.js';
import type { Vault } from './kernel/vault.js';
import { Erasures } from './privacy/erasures.js';
import { ExportLinks } from './privacy/export-links.js';
import { CLOSED, DOWNLOAD_DETAILS, type ExportPersonDeps, exportPerson } from './privacy/export-person.js';
import { peopleOfTenant } from './privacy/people-of-tenant.js';
import type { SealedRows } from './sealed-rows.port.js';
import { textsFor } from './texts/texts-for.js';
import { type ExportRoutesDeps, exportPath } from './web/export-routes.js';

const DAY_MS = 86_400_000;

interface PersonStores {
  readonly audit: AuditStore;
  readonly connections: ConnectionStore;
  readonly departures: DepartureQueue;
  readonly expiring: ExpiringStore;
  readonly jobs: JobStore;
  readonly sealedRows: Pick<SealedRows, 'rows'>;
}

interface PrivacyParts {
  readonly stores: PersonStores;
  readonly vault: Vault;
  readonly connections: Connections;
  readonly jobs: Jobs;
  readonly clicks: Clicks;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly titleOf: (connection: string) => string;
  readonly publicUrl: string;
  /** How long the audit log keeps its entries, in ms; 0 or absent where there is none. */
  readonly auditMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly audit?: Audit;
}

/** What people can do with all that is kept about them, and what becomes of it when they leave. */
export function assemblePrivacy(parts: PrivacyParts): {
  readonly ownData: OwnData;
  readonly departures: Departures;
  readonly exports: ExportRoutesDeps['exports'];
} {
  const { audit, auditMs = 0, clicks, clock, connections, jobs, publicUrl, stores, titleOf, vault } = parts;
  const personJobs = new PersonJobs({
    store: stores.jobs,
    cancelWaiting: (user, id) => jobs.waiting.cancel(user, id),
    askToCancel: (id) => jobs.askToCancel(id),
    clock,
  });
  const departures: Departures = new Departures({
    ...parts,
    queue: stores.departures,
    erase: (person, options) => erasures.carryOut(chatUserOf(person), options),
    peopleOf: (tenant) => peopleOfTenant(stores.sealedRows.rows(), tenant),
  });
  const erasures = new Erasures({
    ...parts,
    records: stores.expiring,
    jobs: personJobs,
    enlist: ({ platform, tenantId, userId }) => departures.leave({ platform, tenantId, userId, asked: true }, 0),
    work: () => departures.work(),
    messageOf: (report) => erasedMessage(report, titleOf, textsFor(report.locale)),
  });
  const links = new ExportLinks(stores.expiring);
  const data = exportParts({ stores, vault, connections, jobs: personJobs, clock });
  return {
    departures,
    ownData: new OwnData({
      clicks,
      erasures,
      createExportLink: async (asked) => `${publicUrl}${exportPath(await links.create(asked))}`,
      auditDays: auditMs > 0 ? auditMs / DAY_MS : undefined,
    }),
    exports: {
      find: (token) => links.find(token),
      async take(token) {
        const link = await links.take(token);
        if (!link) return undefined;
        noteExport(audit, link.user);
        return { pieces: exportPerson(data, link.user, { details: DOWNLOAD_DETAILS }), at: clock.now() };
      },
    },
  };
}

/** What an export is put together from. */
export function exportParts(parts: {
  readonly stores: Pick<PersonStores, 'audit' | 'expiring'>;
  readonly vault: Vault;
  readonly connections: Pick<Connections, 'list'>;
  readonly jobs: PersonJobs;
  readonly clock: Clock;
}): ExportPersonDeps {
  const { clock, stores, vault } = parts;
  const log = new AuditLog({ store: stores.audit, vault });
  const questions = new Questions(stores.expiring, vault);
  const marks = new HomeMarks(stores.expiring, clock);
  return {
    ...parts,
    async *auditOf({ platform, tenantId, userId }) {
      try {
        for await (const line of log.read())
          if (isWanted(line, { person: `${platform}/${tenantId}/${userId}` })) yield JSON.parse(toJsonLine(line));
      } catch (error) {
        if (!isBehalfError(error, 'store.corrupt') || error.details['type'] !== 'audit-key') throw error;
        yield CLOSED;
      }
    },
    async notesOf(user) {
      const [mark, open] = await Promise.all([marks.find(user), questions.all(user)]);
      return {
        language: mark?.locale,
        open_questions: open.map(({ asking, askedAt, given, ...question }) => ({
          recipe: 'recipe' in question ? question.recipe : undefined,
          asks_for: asking,
          given,
          asked_at: new Date(askedAt).toISOString(),
        })),
      };
    },
  };
}

/** Notes that all of a person was erased, and how many connections were. */
export function noteErasure(
  audit: Audit | undefined,
  { platform, tenantId: tenant, userId: user }: ChatUser,
  count: number,
): void {
  audit?.note({ kind: 'privacy', outcome: 'erased', person: { platform, tenant, user }, count });
}

/** Notes that somebody has fetched what is kept about a person. */
export function noteExport(audit: Audit | undefined, { platform, tenantId: tenant, userId: user }: ChatUser): void {
  audit?.note({ kind: 'privacy', outcome: 'exported', person: { platform, tenant, user } });
}
