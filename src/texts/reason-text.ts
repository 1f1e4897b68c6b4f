import type { Texts } from './english.js';

/** Why a connection does not work any more, as it is stored. */
export type ReasonCode = keyof Texts['connections']['reasons'];

/** A stored reason in words. Those of former versions are words already, and stay as they are. */
export function reasonText(reason: string, app: string, { connections }: Texts): string {
  return isReasonCode(reason, connections.reasons) ? connections.reasons[reason](app) : reason;
}

function isReasonCode(reason: string, reasons: object): reason is ReasonCode {
  return Object.hasOwn(reasons, reason);
}
