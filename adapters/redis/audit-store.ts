import type { AuditAnchor, AuditRecord, AuditState, AuditStore } from '../../src/audit/audit-store.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/**
 * The log is a stream whose ids are the numbers, beside it a hash with its key, its end and its anchor: one slot, so that an
 * entry and the new end are one step.
 */
export function createAuditStore(link: RedisLink, keys: Keys): AuditStore {
  const { log, state } = keys.audit;
  return {
    async begin({ anchor, key }) {
      const found = await link.call('begin audit log', (redis) =>
        redis.behalfBeginAuditBuffer(
          state,
          Buffer.from(key),
          anchor?.number ?? 0,
          anchor?.hash ?? '',
          anchor?.proof ?? '',
        ),
      );
      const begun = toState(found);
      if (!begun) throw corrupt();
      return begun;
    },
    async state() {
      return toState(await link.call('audit state', (redis) => redis.hmgetBuffer(state, ...FIELDS)));
    },
    async append(records, after) {
      const last = records.at(-1);
      if (!last) return undefined;
      const values = records.flatMap(({ at, hash, number, previous, sealed }) => [
        ...[`${number}-0`, at, previous, hash, Buffer.from(sealed)],
      ]);
      const [number, hash] = await link.call('append audit', (redis) =>
        redis.behalfAppendAudit(log, state, after.number, after.hash, last.number, last.hash, ...values),
      );
      return number === undefined ? undefined : { number: Number(number), hash: hash ?? '' };
    },
    async read(after, limit) {
      const found = await link.call('read audit', (redis) =>
        redis.xrangeBuffer(log, `${after + 1}-0`, '+', 'COUNT', limit),
      );
      return found.map(([id, fields]) => toRecord(id, fields));
    },
    async forget({ hash, number, proof }: AuditAnchor) {
      await link.call('forget audit', (redis) =>
        redis.behalfForgetAudit(log, state, number, hash, proof, `${number + 1}-0`),
      );
    },
    async replaceKey(former, next) {
      const done = await link.call('replace audit key', (redis) =>
        redis.behalfReplaceAuditKey(state, Buffer.from(former), Buffer.from(next)),
      );
      return done === 1;
    },
  };
}

const FIELDS = ['key', 'number', 'hash', 'anchorNumber', 'anchorHash', 'anchorProof'] as const;

function toState(values: readonly (Buffer | null)[]): AuditState | undefined {
  const [key, number, hash, anchorNumber, anchorHash, anchorProof] = values;
  if (!key) return undefined;
  const anchor =
    anchorNumber && anchorHash && anchorProof
      ? { number: Number(anchorNumber.toString()), hash: anchorHash.toString(), proof: anchorProof.toString() }
      : undefined;
  return {
    key,
    head: { number: Number(number?.toString() ?? 0), hash: hash?.toString() ?? '' },
    ...(anchor ? { anchor } : {}),
  };
}

function toRecord(id: Buffer, fields: readonly Buffer[]): AuditRecord {
  const [, at, , previous, , hash, , sealed] = fields;
  if (!at || !previous || !hash || !sealed) throw corrupt();
  const number = Number.parseInt(id.toString(), 10);
  return { number, at: Number(at.toString()), previous: previous.toString(), hash: hash.toString(), sealed };
}

function corrupt(): BehalfError {
  return new BehalfError('store.corrupt', 'The audit log in Redis cannot be read');
}
