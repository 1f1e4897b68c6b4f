/** What the log knows: one word for each kind of thing that is done. */
export const AUDIT_KINDS = [
  'action', // outcome: ok | failed
  'login', // started | signed_in | connected | denied | mismatch | expired | failed
  'connection', // made | connected | needs_login | disconnected | deleted
  'revocation', // revoked | unsupported | gave_up
  'job', // started | succeeded | failed | cancelled
  'installation', // installed | refused
  'departure', // left | back | ended
  'privacy', // exported | erasure_asked | erased
  'keys', // rotated
  'audit', // lost
] as const;

export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Somebody in a chat, or a program: `api`, `keys`, the name of its key. */
export interface AuditPerson {
  readonly platform: string;
  readonly tenant: string;
  /** Absent: everybody of the workspace or organisation. */
  readonly user?: string | undefined;
}

/**
 * Who did what, in which app, as which account. Ids, names and codes; never what people wrote, a parameter, a value of a query,
 * a body, a token.
 */
export interface AuditEvent {
  readonly kind: AuditKind;
  readonly outcome: string;
  /** Whose connection, login or job it is. */
  readonly person?: AuditPerson | undefined;
  /** Who caused it, where it was not that person: `administrator`, `service`, or the account of the machine. */
  readonly by?: string | undefined;
  readonly connection?: string | undefined;
  /** The account in the app: its own id, and what people recognise. */
  readonly account?: { readonly id: string; readonly label: string } | undefined;
  readonly app?: string | undefined;
  readonly action?: string | undefined;
  /** The request as the connector's file has it: datapills are not filled in. */
  readonly request?: { readonly method: string; readonly host: string; readonly path: string } | undefined;
  readonly recipe?: string | undefined;
  readonly job?: string | undefined;
  /** Path of the step within the job. */
  readonly step?: string | undefined;
  /** Why: an error's code, or a reason. */
  readonly code?: string | undefined;
  /** What the person was shown of an error. */
  readonly ref?: string | undefined;
  readonly count?: number | undefined;
}

/** Takes what is done, for the audit log. Neither waits nor fails: what happens must not depend on being noted. */
export interface Audit {
  note(event: AuditEvent): void;
}
