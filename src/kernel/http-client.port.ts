export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Whole time allowed, in ms. Default 10 000. */
  readonly timeoutMs?: number | undefined;
  /** Largest answer accepted, in bytes, as it comes and decompressed. Default 5 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface IncomingResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed, where the server had compressed it. */
  readonly body: Buffer;
}

/** The `reason` in the details of `app.unexpected_answer` for an answer that is larger than allowed. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE';

/**
 * Calls other servers. Never follows a redirect, refuses private addresses that are not allowed (also after DNS), bounds
 * time and size. A response of any status is a result; what throws is:
 * `egress.refused` (address not allowed), `app.unavailable` (DNS, connection, TLS, time-out, reset),
 * `app.unexpected_answer` (too large, damaged), or the reason of the caller's signal. Connections are kept and reused.
 */
export interface HttpClient {
  request(request: OutgoingRequest): Promise<IncomingResponse>;
  close(): Promise<void>;
}
