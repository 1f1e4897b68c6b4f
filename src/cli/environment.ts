/** The process's environment as commands get it; only `main.ts` reads it. */
export type Environment = Readonly<Record<string, string | undefined>>;
