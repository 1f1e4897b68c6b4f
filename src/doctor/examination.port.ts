/** What one examination has found. */
export interface Finding {
  /** What was looked at: `store`, `slack`, `teams`, `clock`, `connection crm` … */
  readonly subject: string;
  /** `unknown`: it could not be looked at. */
  readonly state: 'ok' | 'warning' | 'wrong' | 'unknown';
  /** One sentence, for operators; no secret. */
  readonly says: string;
  /** What to do, where something is not ok. */
  readonly fix?: string;
}

/** How far our clock is from that of a server whose answer came between `asked` and `answered` (ms since the epoch). */
export type ExamineClock = (
  server: string,
  /** Its header `date`. */
  header: string | undefined,
  times: { readonly asked: number; readonly answered: number },
) => readonly Finding[];
