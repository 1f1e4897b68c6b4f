import type { Texts } from '../english.js';
import { code, rich } from '../rich.js';

export const chat = (): Texts['chat'] => ({
  answerInChannel:
    'Zum Antworten erwähnen Sie mich mit einem @. Oder schreiben Sie mir in unserem eigenen Chat, wo sonst niemand mitliest.',
  answerInOwnChat: 'Zum Antworten schreiben Sie mir in unserem eigenen Chat.',
  welcome: rich`Hallo! Ich erledige für Sie Arbeit in anderen Apps, mit Ihrem eigenen Konto dort. Schreiben Sie ${code('help')}, um zu sehen, was ich kann, und ${code('personal_connections')}, um Ihre verbundenen Konten zu sehen.`,
  welcomeAll: rich`Hallo! Ich erledige für Sie Arbeit in anderen Apps, mit Ihrem eigenen Konto dort. Erwähnen Sie mich und schreiben Sie ${code('help')}, um zu sehen, was ich kann; Antworten, die nur Sie angehen, kommen in den Chat mit mir.`,
  helpButton: 'Hilfe',
  noGuestsOfWorkspace:
    'Leider arbeite ich nicht für Gastkonten. Bitte fragen Sie ein Vollmitglied dieses Arbeitsbereichs.',
  onlyMembersOfWorkspace: 'Leider arbeite ich nur für Mitglieder des Arbeitsbereichs, zu dem ich gehöre.',
  noGuestsOfOrganisation:
    'Leider arbeite ich nicht für Gastkonten. Bitte fragen Sie ein Vollmitglied dieser Organisation.',
  onlyMembersOfOrganisation: 'Leider arbeite ich nur für Mitglieder der Organisation, zu der ich gehöre.',
  privateWaits:
    'Ich habe etwas, das nur sehen soll, wer gefragt hat, und ich bin mit dieser Person noch in keinem Chat. Fügen Sie mich hinzu, dann schicke ich es dort.',
  privateSent: 'Ich habe es im Chat mit mir geschickt.',
  oneMoment: 'Einen Moment …',
  buttonDead: 'Dieser Knopf geht nicht mehr.',
  shortcutDead: 'Diese Verknüpfung geht nicht mehr.',
  formDead: 'Dieses Formular geht nicht mehr.',
  answeredInChat: 'Ich habe im Chat geantwortet.',
  signInFailed: 'Ich konnte Sie nicht von selbst anmelden. Bitte drücken Sie „Anmelden“.',
  answeredInChatWithMe: 'Ich habe im Chat mit mir geantwortet.',
  addMe: 'Hinzufügen',
});
