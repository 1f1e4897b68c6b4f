import { BehalfError } from '../../src/kernel/errors.js';

/** Why a request to the bot's endpoint is refused; a label of the metric `chat_requests_refused`. */
export type RefusalReason =
  | 'malformed'
  | 'token_missing'
  | 'token_invalid'
  | 'issuer'
  | 'channel'
  | 'tenant'
  | 'person'
  | 'service_url';

const STATUS: Readonly<Record<RefusalReason, number>> = {
  malformed: 400,
  token_missing: 401,
  token_invalid: 401,
  issuer: 401,
  channel: 403,
  tenant: 403,
  person: 403,
  service_url: 403,
};

/** A `chat.request_invalid` whose details say how the request is answered. Nothing of the request stands in it. */
export function refusal(reason: RefusalReason): BehalfError {
  return new BehalfError('chat.request_invalid', `A request to the Teams endpoint was refused: ${reason}.`, {
    details: { reason, status: STATUS[reason] },
  });
}
