/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A mistake in a file that somebody wrote. An `error` keeps its recipe, connector or connection from being used. */
export interface Problem extends Position {
  /** Path as given by the caller, usually relative to the configuration folder. */
  readonly file: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** One line for the terminal: `recipes/x.yaml:12:7 error …  hint: …`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return `${place} ${problem.severity} ${problem.message}${problem.hint ? `  hint: ${problem.hint}` : ''}`;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
