/**
 * The service's own slash command. A second installation in the same workspace must give it another name, which begins with
 * it: `/behalf-staging`.
 */
const OWN = /^\/behalf(?:[-_].*)?$/;

/** True for a slash command that takes any command, as a message does; others are those of one recipe. */
export function isOwnSlashCommand(name: string): boolean {
  return OWN.test(name);
}
