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
    wholeOffered: (name, isPublic) =>
      isPublic
        ? `Der Rest fehlt hier. Das Ganze steht in der Datei ${name}, die ich im Chat mit mir der Person anbiete, die gefragt hat.`
        : `Das ist der Anfang. Das Ganze steht in der Datei ${name} hier darunter; mit „Zulassen“ kommt sie in Ihr OneDrive.`,
    tableOffered: (name, rows, isPublic) => {
      const all = format.plural(rows, {
        one: 'Die ganze Zeile steht',
        other: `Alle ${format.number(rows)} Zeilen stehen`,
      });
      return isPublic
        ? `${all} in der Datei ${name}, die ich im Chat mit mir der Person anbiete, die gefragt hat.`
        : `${all} in der Datei ${name} hier darunter; mit „Zulassen“ kommt sie in Ihr OneDrive.`;
    },
    fileGiven: (name) => `Die Datei ${name} ist in Ihrem OneDrive.`,
    fileDeclined: (name) => `Gut, ich gebe Ihnen die Datei ${name} nicht und habe sie weggeworfen.`,
    fileGone: 'Ich habe diese Datei nicht mehr. Bitte fragen Sie mich noch einmal, wenn Sie sie noch brauchen.',
    notUploaded: (name) =>
      `Ich konnte die Datei ${name} nicht in Ihr OneDrive legen. Bitte drücken Sie gleich noch einmal „Zulassen“. Wenn das nicht hilft, fragen Sie Ihre Administration, ob Ihr OneDrive sie aufnehmen kann.`,
    wholeReply: 'Die ganze Antwort',
    wholeTable: 'Die ganze Tabelle',
    notAttached: (name, characters) =>
      `Ich konnte die Datei ${name} nicht anhängen, deshalb fehlen hier von dieser Antwort ${charactersOf(characters)}. Ihre Administration kann mir erlauben, Dateien hochzuladen.`,
    leftOut: (characters) =>
      `Diese Antwort ist zu lang, um sie ganz zu zeigen. Am Ende fehlen: ${charactersOf(characters)}.`,
  };
};
