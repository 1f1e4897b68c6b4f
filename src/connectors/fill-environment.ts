/** Environment variables by name, passed in by who may read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface FilledText {
  readonly text: string;
  /** Variables without a value, each with the number of its reference in the text. */
  readonly missing: readonly { readonly name: string; readonly index: number }[];
  readonly references: number;
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/gu;

/** Fills `${NAME}` and `${NAME:-default}` in. An empty variable counts as missing, as `:-` does in a shell. */
export function fillEnvironment(text: string, environment: Environment): FilledText {
  const missing: { name: string; index: number }[] = [];
  let references = 0;
  const filled = text.replaceAll(REFERENCE, (_whole, name: string, standard: string | undefined) => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    const found = value === undefined || value === '' ? standard : value;
    if (found === undefined) missing.push({ name, index: references });
    references += 1;
    return found ?? '';
  });
  return { text: filled, missing, references };
}
