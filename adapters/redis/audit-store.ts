import type { AuditAnchor, AuditPage, AuditState, AuditStore } from '../../src/audit/audit-store.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { RedisLink } from './client.js';
import type { Keys } from './keys.js';

/**
 * The log is a stream of pages whose ids are the numbers of their last entries, beside it a hash with its key, its end and its
 * anchor: one slot, so that a page and the new end are one step.
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
    async append(pages, after) {
      const last = pages.at(-1);
      if (!last) return undefined;
      const values = pages.flatMap(({ at, count, form, hash, number, sealed }) => [
        ...[
          `${number}-0`,
          at,
          form === 'lines' ? count : BY_ITSELF,
          Buffer.from(hash, 'base64url'),
          Buffer.from(sealed),
        ],
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
      return found.map(([id, fields]) => toPage(id, fields));
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

/** As `count`: one entry by itself, in the form of before there were pages. What was written then has the field `previous` there. */
const BY_ITSELF = 0;
const HASH_BYTES = 32;

function toPage(id: Buffer, fields: readonly Buffer[]): AuditPage {
  const [, at, name, value, , hash, , sealed] = fields;
  if (!at || !name || !value || !hash || !sealed) throw corrupt();
  const count = name.toString() === 'count' ? Number(value.toString()) : BY_ITSELF;
  return {
    number: Number.parseInt(id.toString(), 10),
    hash: hash.length === HASH_BYTES ? hash.toString('base64url') : hash.toString(),
    at: Number(at.toString()),
    ...(count === BY_ITSELF ? { count: 1, form: 'json' } : { count, form: 'lines' }),
    sealed,
  };
}

function corrupt(): BehalfError {
  return new BehalfError('store.corrupt', 'The audit log in Redis cannot be read');
}
