/** A failure, as the steps of `on_error` see it. */
export interface FailureData {
  /** What a person would read. */
  readonly message: string;
  readonly code: string;
  /** Joins with the log. */
  readonly reference: string;
  /** Title of the app that was called, where it was an action that failed. */
  readonly app?: string;
  readonly action?: string;
}

/** What the datapills of a recipe can see. `connections` holds labels, never tokens. */
// A type and no interface: as such it is also a record of anything, which datapills read.
export type RecipeData = {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Outputs of finished actions by step id. */
  readonly steps: Readonly<Record<string, unknown>>;
  /** Absent where a program has started the job; so is `conversation`. */
  readonly user?: {
    readonly id: string;
    readonly name: string;
    readonly email?: string;
    readonly platform: string;
    readonly tenant: string;
  };
  readonly conversation?: { readonly kind: 'direct' | 'channel'; readonly platform: string };
  readonly job: { readonly id: string; readonly started_at: string };
  /** Why the steps before failed; only for the steps of `on_error`. */
  readonly error?: FailureData;
  /** By slot: `account` is the label of the account in the app; absent for shared connections without one. */
  readonly connections: Readonly<
    Record<string, { readonly name: string; readonly app: string; readonly account?: string }>
  >;
};
