import type { ActionCall } from '../connectors/action-call.js';
import type { Complete } from '../kernel/complete.js';
import { isBehalfError } from '../kernel/errors.js';
import type { MissingLogin, ResolvedSlot, SlotResolver } from './resolve-connections.js';

interface CallerParts {
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>) => Promise<unknown>;
  readonly resolver: SlotResolver;
  /** By `slotKey`: a refused credential is replaced here by what it was renewed to. */
  readonly slots: Map<string, ResolvedSlot>;
}

type CallOutcome =
  | { readonly kind: 'ok'; readonly output: unknown }
  | { readonly kind: 'login_required'; readonly missing: MissingLogin };

/** What a call is besides the connection that it goes through. */
type SlotCall = Omit<
  ActionCall,
  'http' | 'clock' | 'pauses' | 'turns' | 'booking' | 'credential' | 'account' | 'connector' | 'parent'
>;

/**
 * Calls the app; on 401 once more with a token that was refreshed by force (safe also for a POST: the app refused before
 * it did anything). Still refused: the person has to log in again, or the operator has to look after the shared connection.
 */
export async function callWithRenewal(parts: CallerParts, slot: ResolvedSlot, call: SlotCall): Promise<CallOutcome> {
  const { perform, resolver, slots } = parts;
  try {
    return { kind: 'ok', output: await perform(through(slot, call)) };
  } catch (error) {
    if (!isBehalfError(error, 'app.unauthorized')) throw error;
    const renewed = await resolver.renew(slot);
    if (renewed.kind === 'missing') return { kind: 'login_required', missing: renewed.missing };
    slots.set(slot.key, renewed.slot);
    try {
      return { kind: 'ok', output: await perform(through(renewed.slot, call)) };
    } catch (again) {
      if (!isBehalfError(again, 'app.unauthorized')) throw again;
      return { kind: 'login_required', missing: await resolver.giveUp(renewed.slot) };
    }
  }
}

/** Written out: an object that is put together of others costs many times as much, and this is done for every call. */
function through(
  { account, connector, credential, parent }: ResolvedSlot,
  call: SlotCall,
): Complete<Omit<ActionCall, 'http' | 'clock' | 'pauses' | 'turns' | 'booking'>> {
  const { action, holder, idempotencyKey, input, readFile, timeoutMs } = call;
  const label = account?.label;
  return { action, account: label, connector, credential, holder, idempotencyKey, input, parent, readFile, timeoutMs };
}
