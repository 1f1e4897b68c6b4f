import type { Formats } from '../formats.js';

/** The page that Slack keeps for the bot and one person (its Home tab), beside the texts of `help` and of connections. */
export const home = (format: Formats) => ({
  waiting: 'Waiting requests',
  more: (count: number) => `… and ${format.number(count)} more.`,
  waits: 'Waits',
  waitsForLogin: (apps: readonly string[]) => `Waits for your login to ${format.and(apps)}`,
  waitsForAnswer: (question: string) => `Waits for an answer: ${question}`,
  cancel: (recipe: string) => `Cancel ${recipe}`,
  started: (ms: number) => (ms < 60_000 ? 'started just now' : `started ${format.ago(ms)}`),
  answeredInChat: 'What you start here I answer in our direct messages.',
});
