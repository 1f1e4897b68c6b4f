import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';

export const long = (format: Formats): Texts['long'] => {
  const charactersOf = (count: number) =>
    format.plural(count, { one: '1 Zeichen', other: `${format.number(count)} Zeichen` });
  return {
    wholeInFile: (name, isAside) =>
      isAside
        ? `Das ist der Anfang. Das Ganze steht in der Datei ${name}, die ich Ihnen in unserer Direktnachricht schicke.`
        : `Das ist der Anfang. Das Ganze steht in der Datei ${name} hier darunter.`,
    tableInFile: (name, rows, isAside) => {
      const all = format.plural(rows, {
        one: 'Die ganze Zeile steht',
        other: `Alle ${format.number(rows)} Zeilen stehen`,
      });
      return isAside
        ? `${all} in der Datei ${name}, die ich Ihnen in unserer Direktnachricht schicke.`
        : `${all} in der Datei ${name} hier darunter.`;
    },
    wholeReply: 'Die ganze Antwort',
    wholeTable: 'Die ganze Tabelle',
    notAttached: (name, characters) =>
      `Ich konnte die Datei ${name} nicht anhängen, deshalb fehlen hier von dieser Antwort ${charactersOf(characters)}. Ihre Administration kann mir erlauben, Dateien hochzuladen.`,
    leftOut: (characters) =>
      `Diese Antwort ist zu lang, um sie ganz zu zeigen. Am Ende fehlen: ${charactersOf(characters)}.`,
  };
};
