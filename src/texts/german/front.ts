import type { Texts } from '../english.js';
import { code, rich } from '../rich.js';

export const front = (): Texts['front'] => ({
  title: 'Ein Bot für Slack und Microsoft Teams',
  what: 'Das ist der Dienst hinter einem Bot für Slack und Microsoft Teams. Er erledigt Arbeit in anderen Apps für alle, die im Chat darum bitten, mit deren eigenen Konten und Berechtigungen.',
  ownData: rich`Schreiben Sie dem Bot im Chat ${code('help')}, um zu sehen, was er kann, und ${code('personal_connections')}, um Ihre Anmeldungen zu sehen und zu beenden und um zu exportieren oder löschen zu lassen, was er über Sie gespeichert hat.`,
  contact:
    'Betrieben wird er von Ihrer Organisation: Fragen zu Datenschutz und Nutzungsbedingungen beantwortet deren Administration.',
});
