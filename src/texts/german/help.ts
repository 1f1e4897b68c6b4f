import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';
import { code, rich } from '../rich.js';

export const help = (format: Formats): Texts['help'] => ({
  title: 'Das kann ich für Sie tun',
  nothingYet: 'Hier ist noch kein Befehl eingerichtet.',
  more: 'Weitere',
  builtIn: rich`${code('personal_connections')} oder ${code('verbindungen')} zeigt die Apps, bei denen Sie angemeldet sind. ${code('cancel')} oder ${code('abbrechen')} beendet eine Frage oder eine Anfrage, die auf eine Anmeldung wartet. ${code('help')} oder ${code('hilfe')} zeigt diese Hilfe, ${code('help')} mit einem Befehl oder einer App zeigt mehr davon.`,
  page: (page, pages) => `Seite ${page} von ${pages}.`,
  previousPage: 'Vorige Seite',
  nextPage: 'Nächste Seite',
  connections: 'Persönliche Verbindungen',
  allCommands: 'Alle Befehle',
  run: 'Ausführen',
  help: 'Hilfe',
  unknown: rich`Diesen Befehl kenne ich nicht. ${code('help')} zeigt, was ich kann.`,
  didYouMean: (names) => rich`Diesen Befehl kenne ich nicht. Meinten Sie ${format.orOf(names.map(code))}?`,
  file: 'Datei',
  kinds: {
    text: 'ein Text mit mehreren Zeilen',
    number: 'eine Zahl',
    boolean: 'ja oder nein',
    date: 'ein Datum',
    time: 'eine Uhrzeit',
    select: 'eine der Möglichkeiten',
    user: 'eine Person',
    file: 'eine Datei',
  },
  type: (usage) => rich`Tippen Sie ${code(usage)}`,
  leaveOut: 'Was Sie weglassen, erfrage ich.',
  oneOf: (choices) => `eines von: ${choices}`,
  manyMore: (count) => `${count} weitere`,
  example: (example) => `z. B. ${example}`,
  unless: (value) => `${value}, wenn Sie nichts angeben`,
  optional: 'darf fehlen',
});
