import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';
import { bold, rich } from '../rich.js';

export const privacy = (format: Formats): Texts['privacy'] => ({
  exportMine: 'Meine Daten exportieren',
  eraseMine: 'Alles über mich löschen',
  ready: (minutes) =>
    `Alles, was ich über Sie gespeichert habe, steht als Datei bereit. Der Link gilt einmal und für ${minutes} Minuten. Geben Sie ihn nicht weiter: Wer ihn hat, kann die Datei abrufen.`,
  fetchIt: 'Datei abrufen',
  back: 'Zurück',
  ask: rich`${bold('Alles')} löschen, was ich über Sie gespeichert habe?`,
  endsConnections:
    'Alle Ihre Verbindungen werden getrennt, und jede App, die das erlaubt, wird gebeten, Ihre Anmeldung zu widerrufen.',
  endsRequests:
    'Ihre wartenden und laufenden Anfragen werden abgebrochen; eine, die mitten in einem Schritt ist, endet danach.',
  removesPast:
    'Ihre früheren Anfragen und deren Ergebnisse werden entfernt, ebenso offene Anmeldungen, Knöpfe, Formulare und Fragen.',
  auditStays: (days) =>
    `Das Audit-Protokoll bleibt: Es hält fest, wer wann was mit welchem Konto getan hat, und wäre keines, wenn man sich selbst daraus löschen könnte. Es ist verschlüsselt, und seine Einträge verschwinden nach ${days === 1 ? 'einem Tag' : `${format.number(days)} Tagen`}.`,
  restStays:
    'Was in diesem Chat steht und was in anderen Apps getan wurde, bleibt dort. Anfragen anderer behalten, was sie von Ihnen enthalten, etwa eine Antwort von Ihnen, bis sie vorbei und vergessen sind. Sicherungen behalten es, bis sie ersetzt werden.',
  startsAfresh:
    'Sie können mich danach weiter benutzen; ich kenne Sie dann nicht mehr. Was Sie beginnen, bevor ich sage, dass es erledigt ist, wird mit gelöscht.',
  eraseAll: 'Alles löschen',
  keep: 'Behalten',
  begun:
    'Ich lösche alles, was ich über Sie gespeichert habe. Ich sage Ihnen in unserer Unterhaltung Bescheid, wenn es erledigt ist.',
  done: 'Alles, was ich über Sie gespeichert hatte, ist gelöscht.',
  revoking: (connection) => `${connection} ist getrennt, und die App wird gebeten, die Anmeldung zu widerrufen.`,
  notRevocable: (connection) =>
    `${connection} ist hier getrennt. Die App lässt die Anmeldung nicht von hier aus widerrufen; Sie können sie dort in Ihrem Konto beenden.`,
  notReadable: (connection) =>
    `${connection} ist hier entfernt. Ich konnte die Anmeldung nicht mehr lesen, deshalb kann die App nicht gebeten werden, sie zu widerrufen; bitte beenden Sie sie dort in Ihrem Konto.`,
  wasEnded: (connection) => `${connection} ist entfernt; eine Anmeldung gab es nicht mehr.`,
  unclear: (connection) =>
    `${connection} ist hier getrennt. Ich wurde dabei unterbrochen: Bitte sehen Sie dort in Ihrem Konto nach, ob die Anmeldung beendet ist.`,
  noConnections: 'Sie hatten keine Verbindungen.',
  requests: (count) =>
    count === 0
      ? 'Es gab keine Anfragen von Ihnen.'
      : count === 1
        ? 'Eine Anfrage mit ihrem Ergebnis ist entfernt.'
        : `${format.number(count)} Anfragen mit ihren Ergebnissen sind entfernt.`,
  page: {
    title: 'Ihre Daten',
    text: 'Diese Datei enthält als JSON alles, was der Bot über Sie gespeichert hat. Passwörter und Anmeldungen stehen nicht darin.',
    download: 'Herunterladen',
    once: 'Der Link gilt einmal. Behalten Sie die Datei für sich.',
    goneTitle: 'Dieser Link gilt nicht mehr',
    gone: 'Er wurde schon benutzt oder ist zu alt. Schreiben Sie dem Bot „personal_connections“ für einen neuen.',
  },
});
