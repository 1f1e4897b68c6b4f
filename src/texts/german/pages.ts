import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';
import { bold, code, rich } from '../rich.js';

export const pages = (format: Formats): Texts['pages'] => ({
  connectTitle: (app) => `${app} verbinden`,
  app: 'Anwendung',
  for: 'Für',
  access: 'Zugriff',
  everybody: 'alle',
  continueTo: (app) => `Weiter zu ${app}`,
  ownAccount: (app) =>
    rich`Sie melden sich bei ${app} mit Ihrem eigenen Konto an. Von da an arbeitet der Bot in ${app} als Sie, wenn ${bold('Sie')} ihn darum bitten.`,
  onlyIfYou: (person, place) =>
    rich`Machen Sie nur weiter, wenn Sie ${person} sind und gerade in ${place} darum gebeten haben. Wenn Ihnen jemand diesen Link geschickt hat, schließen Sie diese Seite.`,
  sharedAccount: (app) =>
    rich`Sie melden sich bei ${app} mit dem Konto an, das der Bot für ${bold('alle')} benutzen soll, die seine Befehle ausführen dürfen.`,
  onlyIfOperator: (place) =>
    rich`Machen Sie nur weiter, wenn Sie gerade ${code('behalf connect')} in ${place} ausgeführt haben. Wenn Ihnen jemand diesen Link geschickt hat, schließen Sie diese Seite.`,
  connected: 'Verbunden',
  isConnected: (app, account) =>
    account === undefined ? rich`${app} ist verbunden.` : rich`${app} ist verbunden als ${account}.`,
  closeWindow: (place) =>
    `Sie können dieses Fenster schließen und zu ${place} zurückkehren. Worum Sie gebeten haben, geht von selbst weiter.`,
  oneMoreStep: 'Noch ein Schritt',
  loggedInAs: (app, account) => rich`Sie haben sich bei ${app} als ${bold(account)} angemeldet.`,
  pasteCode: (place) =>
    rich`Fügen Sie zum Schluss diesen Code in ${bold('Ihre eigene')} Direktnachricht mit dem Bot in ${place} ein:`,
  code: 'Ihr Code',
  copy: 'Kopieren',
  copied: 'Kopiert',
  codeWorksFor: (ms) => `Der Code gilt ${format.duration(ms)}.`,
  byItself: (place) => `In ${place} passiert das von selbst, und das Fenster schließt sich.`,
  neverSendCode:
    'Machen Sie nur weiter, wenn Sie selbst um diese Anmeldung gebeten haben. Schicken Sie den Code niemandem, wer auch immer danach fragt.',
  reference: (reference) => `Kennung ${reference}`,
  terminal: 'dem Terminal',
  againInTerminal: (connection) =>
    `Um es noch einmal zu versuchen, öffnen Sie den Link von behalf connect ${connection} erneut.`,
  againInChat: (place) => `Um es noch einmal zu versuchen, drücken Sie „Anmelden“ in ${place}.`,
  gone: {
    title: 'Dieser Link gilt nicht mehr',
    text: 'Er wurde benutzt, ersetzt oder ist abgelaufen. Gehen Sie zurück in den Chat und drücken Sie dort „Anmelden“, oder tippen Sie Ihren Befehl noch einmal.',
  },
  failed: {
    title: 'Das hat nicht geklappt',
    text: (problem) =>
      `${problem} Gehen Sie zurück in den Chat und drücken Sie dort „Anmelden“, um es noch einmal zu versuchen.`,
  },
  foreign: {
    title: 'Bitte beginnen Sie im Chat',
    text: 'Diese Seite wurde nicht von unserer eigenen Anmeldeseite aus geöffnet. Gehen Sie zurück in den Chat und drücken Sie dort „Anmelden“.',
  },
  notConnected: 'Nicht verbunden',
  denied: (app) => `Sie haben den Zugriff auf ${app} nicht erlaubt, deshalb wurde nichts verbunden.`,
  otherBrowser: {
    title: 'Ein anderer Browser',
    text: 'Diese Anmeldung wurde in einem anderen Browser oder Fenster begonnen, oder Cookies sind ausgeschaltet. Es wurde nichts verbunden. Drücken Sie im Chat noch einmal „Anmelden“ und bleiben Sie in dem Fenster, das sich öffnet. Wenn Ihnen jemand einen Link zu dieser Seite geschickt hat, benutzen Sie ihn nicht.',
  },
  otherConnection:
    'Die Antwort der App gehörte nicht zu dieser Anmeldung. Es wurde nichts verbunden. Bitte drücken Sie im Chat noch einmal „Anmelden“.',
  expired: {
    title: 'Diese Anmeldung ist beendet',
    text: 'Sie wurde schon benutzt oder hat zu lange gedauert. Ihr Chat sagt, ob Sie verbunden sind; wenn nicht, drücken Sie dort noch einmal „Anmelden“. Wenn Ihnen jemand einen Link zu dieser Seite geschickt hat, schließen Sie sie und sagen Sie Ihrer Administration Bescheid.',
  },
});
