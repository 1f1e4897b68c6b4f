import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';
import { bold, rich } from '../rich.js';

export const connections = (format: Formats): Texts['connections'] => ({
  status: { connected: 'Verbunden', needs_login: 'Anmeldung nötig', disconnected: 'Getrennt' },
  title: 'Ihre Verbindungen',
  label: 'Verbindung',
  reconnect: (app) => `${app} neu verbinden`,
  disconnect: 'Trennen',
  delete: 'Löschen',
  deleteIt: 'Ja, löschen',
  keepIt: 'Behalten',
  whatButtonsDo:
    '„Trennen“ beendet die Anmeldung und behält den Eintrag, damit Sie ihn neu verbinden können. „Löschen“ entfernt auch den Eintrag.',
  none: 'Sie haben noch keine persönlichen Verbindungen. Wenn Sie einen Befehl benutzen, der unter Ihrem eigenen Namen in einer anderen App arbeitet, bitte ich Sie einmal, sich dort anzumelden; die Verbindung erscheint dann hier.',
  askDelete: (label) => rich`Ihre Verbindung zu ${bold(label)} löschen?`,
  unused: 'Zurzeit benutzt sie kein Befehl.',
  usedBy: (recipes) =>
    `Benutzt von: ${recipes.join(', ')}. Beim nächsten Mal werden Sie wieder um eine Anmeldung gebeten.`,
  waiting: (count) => (count === 1 ? 'Eine Anfrage wartet darauf.' : `${count} Anfragen warten darauf.`),
  notUsedYet: 'noch nicht benutzt',
  lastUsed: (ms) => (ms < 60_000 ? 'gerade eben benutzt' : `zuletzt ${format.ago(ms)} benutzt`),
  as: (account) => ` als ${account}`,
  chooseFirst: 'Bitte wählen Sie zuerst eine Verbindung in der Liste aus und drücken Sie dann den Knopf.',
  gone: 'Diese Verbindung gibt es nicht mehr.',
  disconnected: (app) => `${app} ist getrennt.`,
  deleted: (app) => `${app} ist gelöscht.`,
  revoking: (app) => `Die Anmeldung ist hier entfernt, und ${app} wird gebeten, sie zu widerrufen.`,
  notRevocable: (app) =>
    `Die Anmeldung ist hier entfernt. ${app} lässt sie sich nicht von hier aus widerrufen; Sie können sie in den Einstellungen Ihres Kontos bei ${app} beenden.`,
  notReadable: (app) =>
    `Die Anmeldung ist hier entfernt. Ich konnte sie nicht mehr lesen und kann ${app} deshalb nicht bitten, sie zu widerrufen; bitte beenden Sie sie in den Einstellungen Ihres Kontos bei ${app}.`,
  connected: (app, account, before) =>
    rich`${bold(app)} ist verbunden als ${account}.${before === undefined ? '' : ` Vorher war es ${before}.`} Das sind nicht Sie, oder es war ein Versehen? Dann trennen Sie die Verbindung.`,
  reasons: {
    login_refused: (app) => `${app} nimmt die Anmeldung nicht mehr an`,
    login_over: () => 'Die Anmeldung ist zu Ende',
    login_ended: () => 'Die App hat die Anmeldung beendet',
    client_changed: (app) => `Ihre Administration hat geändert, wie ${app} verbunden wird`,
    unreadable: () => 'Etwas Gespeichertes lässt sich nicht mehr lesen. Bitte sagen Sie Ihrer Administration Bescheid.',
  },
  moreAccess: (recipe, scopes) => `${recipe} braucht mehr Zugriff, als Sie bisher erlaubt haben: ${scopes.join(', ')}`,
  notConnected: (apps) =>
    apps.length > 1
      ? `${format.and(apps)} sind nicht verbunden. Ihre Administration muss sie zuerst verbinden.`
      : `${format.and(apps)} ist nicht verbunden. Ihre Administration muss die App zuerst verbinden.`,
  sharedRefused: (app) =>
    `${app} nimmt die Verbindung nicht an, die hier alle gemeinsam benutzen. Ihre Administration muss das beheben.`,
});
