import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';

export const apps = (format: Formats): Texts['apps'] => ({
  unreachable: (app) => `${app} ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.`,
  rateLimited: (app, ms) =>
    `${app} bekommt zu viele Anfragen. Bitte versuchen Sie es ${inWords(ms, format)} noch einmal.`,
  says: (app, words) => `${app} meldet: ${words}`,
  loginRefused: (app) => `${app} nimmt Ihre Anmeldung nicht mehr an. Bitte melden Sie sich noch einmal an.`,
  credentialsRefused: (app) =>
    `${app} nimmt meine Zugangsdaten nicht an. Ihre Administration muss die Verbindung in Ordnung bringen.`,
  ownAccount: (app, account) => `Ihr Konto bei ${app}${account === undefined ? '' : ` (${account})`}`,
  sharedAccount: (app, account) =>
    `Das Konto${account === undefined ? '' : ` (${account})`}, das ich für ${app} benutze,`,
  forbidden: (who, purpose) => `${who} darf das nicht: „${purpose}“.`,
  whoCanAllow: (app) => `Wer ${app} verwaltet, kann es erlauben.`,
  notFound: (app) => `${app} konnte das nicht finden.`,
  conflict: (app) => `${app} meldet einen Konflikt mit dem, was schon da ist.`,
  badInput: (app) => `${app} hat die Eingabe nicht angenommen.`,
  notUnderstood: (app) => `${app} hat eine Antwort gegeben, die ich nicht verstehe.`,
  addressRefused: (app) =>
    `Ich darf die Adresse von ${app} nicht aufrufen. Bitte sagen Sie Ihrer Administration Bescheid.`,
  purposes: { identity: 'sagen, wer Sie sind', test: 'mit dieser Verbindung erreicht werden' },
  input: {
    missing: (field) => `${field} fehlt.`,
    tooLongList: (field, most) => `${field} ist zu lang: höchstens ${most} Einträge.`,
    tooLong: (field, most) => `${field} ist zu lang: höchstens ${most} Zeichen.`,
    oneOf: (field, values, hasMore, near) =>
      `${field} muss eines davon sein: ${values.join(', ')}${hasMore ? ', …' : ''}.${near === undefined ? '' : ` Meinten Sie „${near}“?`}`,
    number: (field) => `${field} muss eine Zahl sein.`,
    integer: (field) => `${field} muss eine ganze Zahl sein.`,
    boolean: (field) => `${field} muss ja oder nein sein.`,
    file: (field) => `${field} muss eine Datei sein, die im Chat geschickt wurde.`,
    form: (field) => `${field} hat nicht die richtige Form.`,
    date: (field) => `${field} muss ein Datum sein, zum Beispiel 2026-11-27.`,
    'date-time': (field) =>
      `${field} muss Datum und Uhrzeit mit Zeitverschiebung sein, zum Beispiel 2026-11-27T09:30:00Z.`,
    email: (field) => `${field} muss eine E-Mail-Adresse sein.`,
    uri: (field) => `${field} muss eine Webadresse sein, zum Beispiel https://example.com/page.`,
    entry: (field, number) => `${field}, Eintrag ${number},`,
  },
  impossible: {
    no_file: 'Das geht nicht: Niemand hat eine Datei geschickt.',
    other_file: 'Das geht nicht: Das ist keine Datei, die im Chat geschickt wurde.',
    file_name: 'Das geht nicht: Der Name der Datei ist nicht brauchbar.',
    file_content: 'Das geht nicht: Der Inhalt der Datei ist nicht in Base64.',
    file_size: 'Das geht nicht: Die Datei ist zu groß.',
    other_place: 'Das geht nicht: Ein Wert führt an einen anderen Ort in der App.',
    no_path: 'Das geht nicht: Der Pfad hat keine Teile.',
    no_names: 'Das geht nicht: Die Parameter der Abfrage haben keine Namen.',
    empty: 'Das geht nicht: Ein Wert, der zur Adresse gehört, ist leer.',
    address: 'Das geht nicht: Ein Wert kann nicht Teil einer Adresse sein.',
    header: 'Das geht nicht: Ein Wert kann nicht im Kopf einer Anfrage stehen.',
  },
});

function inWords(ms: number | undefined, format: Formats): string {
  if (ms === undefined) return 'später';
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 1) return 'gleich';
  if (seconds < 120) return `in ${format.number(seconds)} Sekunden`;
  return seconds < 7200
    ? `in ${format.number(Math.ceil(seconds / 60))} Minuten`
    : `in ${format.number(Math.ceil(seconds / 3600))} Stunden`;
}
