import type { EmbeddedStores } from '../../../adapters/embedded/index.js';
import type { ChatUser } from '../../../src/chat/chat-user.js';
import type { JobRow } from '../../../src/jobs/job.js';
import type { QueueTurn } from '../../../src/jobs/job-queue.port.js';
import type { Logger } from '../../../src/kernel/logger.port.js';

/** What both drivers give. */
export type Stores = EmbeddedStores;

/** One driver, empty, as a contract suite needs it. */
export interface StoresUnderTest {
  readonly stores: Stores;
  /** Lets time pass as the driver sees it: moves its clock, or really waits. */
  pass(ms: number): Promise<void>;
  /** Ends these stores and opens others over the same data. */
  reopen(): Promise<Stores>;
  close(): Promise<void>;
}

export type OpenStores = () => Promise<StoresUnderTest>;

/** Opens fresh stores before each test of a suite and closes them after it. */
export function useStores(open: OpenStores): () => StoresUnderTest {
  let current: StoresUnderTest | undefined;
  beforeEach(async () => {
    current = await open();
  });
  afterEach(async () => {
    await current?.close();
    current = undefined;
  });
  return () => {
    if (!current) throw new Error('The stores are open only within a test');
    return current;
  };
}

/** Ids that break keys which are put together or escaped carelessly. */
export const HARD_IDS: readonly string[] = [
  'a',
  'a:b',
  'a|b',
  '1:a|1:b',
  '{a}',
  '{}',
  '}{',
  '29:1a-b_c@thread.tacv2;messageid=1',
  'Ünïcödé 🦊 名前',
  ' ',
  '*',
  '[a-z]?',
  "'; DROP TABLE jobs; --",
  '%00',
  'a\nb',
  '"quoted\\"',
  'x'.repeat(2_048),
  `${'x'.repeat(2_047)}y`,
];

export const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

export const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quietLogger,
};

export const ANN: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'U1' };
export const BOB: ChatUser = { platform: 'teams', tenantId: 'T1', userId: 'U2' };

/** An id in the form of `newId`, the same for the same number; they sort as the numbers do. */
export function jobId(number: number): string {
  return number.toString(36).padStart(9, '0').padEnd(25, '0');
}

export function jobRow(changes: Partial<JobRow> = {}): JobRow {
  return {
    id: jobId(0),
    user: ANN,
    recipe: 'create-opportunity',
    status: 'pending',
    version: 1,
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    waitingFor: [],
    sealed: Buffer.from('sealed'),
    ...changes,
  };
}

/** A turn in the queue, for tests that do not care whose. */
export const TURN: QueueTurn = { owner: 'ann', rank: 1 };

/** Runs a call many times at once and counts how often it said yes. */
export async function winnersOf(attempts: number, call: (attempt: number) => Promise<boolean>): Promise<number> {
  const results = await Promise.all(Array.from({ length: attempts }, (_, attempt) => call(attempt)));
  return results.filter(Boolean).length;
}

/** Resolves once the condition holds; a test that waits in vain ends by jest's time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
