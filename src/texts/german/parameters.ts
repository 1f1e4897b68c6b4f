import type { Texts } from '../english.js';
import type { Formats } from '../formats.js';

export const parameters = (format: Formats): Texts['parameters'] => ({
  words: {
    yes: 'ja',
    no: 'nein',
    yesterday: 'gestern',
    today: 'heute',
    tomorrow: 'morgen',
    dayAfterTomorrow: 'übermorgen',
    skip: 'überspringen',
  },
  giveValue: (name) => `Bitte geben Sie einen Wert für „${name}“ an.`,
  tooLong: (name, characters) => `„${name}“ ist zu lang: höchstens ${characters} Zeichen.`,
  yesOrNo: (name) => `Bitte antworten Sie für „${name}“ mit ja oder nein.`,
  date: (name) => `„${name}“ muss ein Datum sein, zum Beispiel 24.12.2026, 2026-12-24 oder morgen.`,
  time: (name) => `„${name}“ muss eine Uhrzeit sein, zum Beispiel 14:30.`,
  number: (name) => `„${name}“ muss eine Zahl sein, zum Beispiel 5000 oder 1250${format.decimals[0]}50.`,
  ambiguousNumber: (name, typed, whole, fraction) =>
    `Ich weiß nicht, ob ${typed} für „${name}“ ${whole} oder ${fraction} bedeutet. Bitte schreiben Sie es auf eine dieser Arten.`,
  file: (name) => `Bitte schicken Sie die Datei für „${name}“ als Anhang; ein Text ist keine Datei.`,
  user: (name) => `Bitte erwähnen Sie die Person für „${name}“ mit einem @.`,
  oneOf: (name, options, hasMore) => `„${name}“ muss eines davon sein: ${options.join(', ')}${hasMore ? ', …' : ''}.`,
  bounds: (name, { max, maxLength, min, minLength }) => {
    const rules = [
      ...(min === undefined ? [] : [`mindestens ${format.exact(min)}`]),
      ...(max === undefined ? [] : [`höchstens ${format.exact(max)}`]),
      ...(minLength === undefined ? [] : [`mindestens ${minLength} Zeichen`]),
      ...(maxLength === undefined ? [] : [`höchstens ${maxLength} Zeichen`]),
    ];
    return rules.length === 0 ? `„${name}“ hat nicht die richtige Form.` : `Für „${name}“ gilt: ${format.and(rules)}.`;
  },
  oneFile: (name, count) => `Bitte schicken Sie eine einzige Datei für *${name}*, nicht ${count}.`,
  askForFile: (name) => `Bitte schicken Sie die Datei für *${name}* als Anhang.`,
  fileEmpty: 'Diese Datei ist leer.',
  fileTooLarge: (name, size) => `Diese Datei ist zu groß für *${name}*: höchstens ${size}.`,
  fileOfType: (name, types) => `*${name}* muss eine Datei dieser Art sein: ${types.join(' oder ')}.`,
  anyOf: (kind) => `${kind} (beliebig)`,
  goneFromTeams:
    'Microsoft Teams lässt mich eine Datei nur kurze Zeit lesen, nachdem sie geschickt wurde, und die ist vorbei. Bitte schicken Sie sie noch einmal.',
  unreadable: {
    link: (file) =>
      `„${file}“ ist nur ein Link auf eine Datei an einem anderen Ort. Bitte laden Sie die Datei selbst hoch.`,
    gone: (file) => `„${file}“ ist nicht mehr da. Bitte schicken Sie die Datei noch einmal.`,
    only_in_own_chat: () =>
      'In Kanälen und Gruppenchats lässt mich Microsoft Teams keine Dateien lesen. Bitte schicken Sie mir die Datei in unserem eigenen Chat.',
  },
});
