/** What calls are made for, where it may be lost meanwhile: a job, which another process may take over. */
export interface Holder {
  /** Aborted when it is lost. Undefined where that cannot be within `ms`: what listens costs more than the rest of a call. */
  signalFor(ms: number): AbortSignal | undefined;
}
