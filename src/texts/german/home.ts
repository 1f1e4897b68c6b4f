import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';

export const home = (format: Formats): Texts['home'] => ({
  waiting: 'Wartende Anfragen',
  more: (count) => `… und ${format.number(count)} weitere.`,
  waits: 'Wartet',
  waitsForLogin: (apps) => `Wartet auf Ihre Anmeldung bei ${format.and(apps)}`,
  waitsForAnswer: (question) => `Wartet auf eine Antwort: ${question}`,
  cancel: (recipe) => `${recipe} abbrechen`,
  started: (ms) => (ms < 60_000 ? 'gerade eben begonnen' : `${format.ago(ms)} begonnen`),
  answeredInChat: 'Was Sie hier beginnen, beantworte ich in unseren Direktnachrichten.',
});
