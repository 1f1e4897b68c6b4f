import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Complete } from '../kernel/complete.js';
import type { FileValue } from '../kernel/file-value.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { ConnectorAction } from './action.js';
import type { AppPauses } from './app-pauses.js';
import type { AppTurns, Booking } from './app-turns.js';
import type { Connector } from './connector.js';
import type { Holder } from './holder.js';

/** Reads a file that the person sent, anew each time. Fails with `chat.file_*`. */
export type ReadFile = (
  file: FileValue,
  limits: { readonly maxBytes?: number; readonly signal?: AbortSignal },
) => Promise<Uint8Array>;

/** One action, about to be carried out. */
export interface ActionCall {
  readonly connector: Connector;
  readonly action: ConnectorAction;
  readonly parent: ParentConnection;
  readonly credential: Credential;
  /** Label of the account that acts; stands in the texts for people. */
  readonly account?: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** The same for every try of one step of one job; sent where the action names a header for it. */
  readonly idempotencyKey: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** What apps have asked for; absent: nothing is remembered. */
  readonly pauses?: AppPauses | undefined;
  /** How often apps may be called; absent: as often as it comes. */
  readonly turns?: AppTurns | undefined;
  /** The turn that the job has come back for. */
  readonly booking?: Booking | undefined;
  /** Absent where nobody can have sent a file. */
  readonly readFile?: ReadFile | undefined;
  /** Absent where nothing can be lost. */
  readonly holder?: Holder | undefined;
  /** Whole time for one request with its redirects, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** The call with what the service adds to it. Written out: this is done for every call. */
export function withParts(
  call: Omit<ActionCall, 'http' | 'clock'>,
  parts: Pick<ActionCall, 'booking' | 'clock' | 'http' | 'pauses' | 'readFile' | 'turns'>,
): Complete<ActionCall> {
  const { account, action, connector, credential, holder, idempotencyKey, input, parent, timeoutMs } = call;
  const { booking, clock, http, pauses, readFile, turns } = parts;
  return {
    connector,
    action,
    parent,
    credential,
    account,
    input,
    idempotencyKey,
    http,
    clock,
    pauses,
    turns,
    booking,
    readFile,
    holder,
    timeoutMs,
  };
}
