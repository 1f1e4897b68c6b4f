/** Something in the repository that breaks a rule: what it is, why the rule exists, how to put it right. */
export interface Finding {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Fails with every finding, grouped by rule, in words that say what to do. */
export function expectNone(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) {
    const rule = `why:  ${finding.why}\nfix:  ${finding.fix}`;
    byRule.set(rule, [...(byRule.get(rule) ?? []), finding]);
  }
  const text = [...byRule].map(([rule, group]) => `${group.map(({ what }) => `what: ${what}`).join('\n')}\n${rule}`);
  const error = new Error(`${findings.length} finding${findings.length === 1 ? '' : 's'}\n\n${text.join('\n\n')}\n`);
  error.stack = error.message;
  throw error;
}
