/** An answer, as rules and outputs see it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON or plain text, by the content type; undefined when it is neither. */
  readonly body: unknown;
}
