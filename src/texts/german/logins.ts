import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';
import { bold, italic, rich } from '../rich.js';

export const logins = (format: Formats): Texts['logins'] => ({
  pleaseConnect: (apps, recipe) =>
    rich`Bitte verbinden Sie sich mit ${bold(format.and(apps))}, damit es mit ${italic(recipe)} weitergeht.`,
  login: 'Anmelden',
  loginTo: (app) => `Bei ${app} anmelden`,
  isConnected: (app, account) => `${app} ist verbunden${account === '' ? '' : ` als ${account}`}.`,
  ownAccount:
    'Sie melden sich mit Ihrem eigenen Konto an. Ich mache von selbst weiter, wenn Sie zurück sind; Sie müssen nichts noch einmal tippen.',
  openedByOther: (app) =>
    `Eine Anmeldung bei ${app} wurde von jemand anderem als Ihnen geöffnet. Ich habe sie beendet und nichts verbunden. Falls Sie den Link weitergegeben haben: Er ist nur für Sie. Drücken Sie „Anmelden“, um es noch einmal zu versuchen.`,
  expired: 'Diese Anmeldung ist abgelaufen. Bitte drücken Sie noch einmal „Anmelden“.',
  unknownCode:
    'Diesen Code kenne ich nicht, oder er gilt nicht mehr. Bitte prüfen Sie ihn, oder drücken Sie noch einmal „Anmelden“.',
  lastCode: 'Diesen Code kenne ich nicht. Zur Sicherheit nehme ich einige Minuten lang keine Codes mehr von Ihnen an.',
  tooManyCodes:
    'Zur Sicherheit nehme ich einige Minuten lang keine Codes mehr von Ihnen an. Bitte drücken Sie später noch einmal „Anmelden“.',
  codeOfOther: (app) =>
    `Dieser Code gehört zu der Anmeldung von jemand anderem bei ${app}. Ich habe diese Anmeldung beendet und nichts verbunden. Wenn Ihnen jemand einen Link zum Anmelden geschickt hat, benutzen Sie ihn nicht und sagen Sie Ihrer Administration Bescheid.`,
  providerTrouble: (app) => `${app} hat gerade ein Problem. Bitte versuchen Sie es in ein paar Minuten noch einmal.`,
  requestRefused: (app) => `${app} lehnt meine Anfrage ab. Ihre Administration muss die Verbindung in Ordnung bringen.`,
  notCompleted: (app) =>
    `${app} hat die Anmeldung nicht abgeschlossen. Bitte versuchen Sie es noch einmal, und sagen Sie Ihrer Administration Bescheid, wenn es wieder passiert.`,
  tookTooLong: (app) => `Die Anmeldung bei ${app} hat zu lange gedauert. Bitte beginnen Sie noch einmal.`,
  credentialsRefused: (app) =>
    `${app} lehnt meine Zugangsdaten ab. Ihre Administration muss die Verbindung in Ordnung bringen.`,
  unreachable: (app) => `${app} ist gerade nicht erreichbar. Bitte versuchen Sie es in ein paar Minuten noch einmal.`,
  notUnderstood: (app) =>
    `${app} hat eine Antwort gegeben, die ich nicht verstehe. Bitte sagen Sie Ihrer Administration Bescheid.`,
  loginNotUnderstood: (app) =>
    `${app} hat auf die Anmeldung eine Antwort gegeben, die ich nicht verstehe. Bitte sagen Sie Ihrer Administration Bescheid.`,
  accountRefused: ({ account, app, domains, organizations }) => {
    const allowed = [
      ...(domains.length > 0 ? [`mit einer E-Mail-Adresse bei ${format.or(domains)}`] : []),
      ...(organizations.length > 0 ? [`der Organisation ${format.or(organizations)}`] : []),
    ];
    return `${account} darf hier nicht benutzt werden, deshalb habe ich es nicht verbunden. Bitte melden Sie sich bei ${app} mit einem Konto ${allowed.join(' und ')} an.`;
  },
  accountUnknown: (app) =>
    `Ich konnte nicht herausfinden, welches Konto bei ${app} das ist, deshalb habe ich es nicht verbunden. Bitte versuchen Sie es noch einmal.`,
  accountNotTold: (app) => `${app} sagt mir nicht, welches Konto Sie benutzt haben.`,
});
