/** One of the values that a field offers. */
export interface FormChoice {
  readonly label: string;
  readonly value: string;
}

interface FieldBase {
  readonly name: string;
  readonly label: string;
  /** One line that explains the field. */
  readonly hint?: string;
  /** True: may be left empty. A `boolean` is never empty: it is on or off. */
  readonly optional: boolean;
}

export type FormField = FieldBase &
  (
    | {
        /** `date` is `2026-12-24`, `time` is `14:30`, `user` is the platform's own user id. */
        readonly kind: 'text' | 'multiline' | 'number' | 'date' | 'time' | 'user';
        readonly initial?: string;
      }
    | { readonly kind: 'boolean'; readonly initial?: boolean }
    /** One file; only for platforms whose forms take files. `extensions`: what the client offers; absent: any. */
    | { readonly kind: 'file'; readonly extensions?: readonly string[] }
    /**
     * Without `options`, they are asked for while the person types: see `OptionsEvent`. `minQuery`: not before so many
     * characters, where the platform can wait for them.
     */
    | {
        readonly kind: 'select';
        readonly options?: readonly FormChoice[];
        readonly initial?: FormChoice;
        readonly minQuery?: number;
      }
  );

/** A form as any platform can draw it: a modal in Slack, a dialog in Teams. */
export interface Form {
  /** Opaque; comes back with what was filled in, and with each question for options. */
  readonly token: string;
  /** Slack shows 24 characters of it. */
  readonly title: string;
  readonly submitLabel: string;
  /** BCP 47: what the platform's own words in it (Cancel, Yes) are written in; absent: English. */
  readonly locale?: string;
  readonly fields: readonly FormField[];
}
