import type { Texts } from '../english.js';
import { type Formats, roundUp, withoutEnd } from '../formats.js';
import { italic, rich } from '../rich.js';

export const jobs = (format: Formats): Texts['jobs'] => ({
  cancel: 'Abbrechen',
  workingOn: (before, recipe) => rich`${before}Ich arbeite an ${italic(recipe)} …`,
  waitsForTurn: (recipe) =>
    rich`${italic(recipe)} wartet, bis es an der Reihe ist: Im Moment ist viel zu tun. Ich beginne von selbst damit, sobald ich kann.`,
  waitsForApp: (recipe, app, ms) =>
    rich`${app} wird schon so oft gefragt, wie es sein darf. Ich mache mit ${italic(recipe)} von selbst weiter, Wartezeit: ${format.duration(roundUp(ms))}.`,
  cancelled: (recipe, left) => rich`Abgebrochen: ${italic(recipe)}. ${left}`,
  left: {
    nothing: 'Es wurde nichts getan.',
    something: 'Was vorher getan wurde, bleibt getan.',
    unknown: 'Ich weiß nicht, ob das Begonnene noch getan wurde; bitte sehen Sie in der App nach.',
  },
  advice: {
    nothing: 'Bitte tippen Sie den Befehl noch einmal.',
    something:
      'Was vorher getan wurde, bleibt getan; bitte sehen Sie es sich an, bevor Sie den Befehl noch einmal tippen.',
    unknown:
      'Ich wurde in einem Schritt unterbrochen und weiß nicht, ob er getan wurde; bitte sehen Sie in der App nach, bevor Sie den Befehl noch einmal tippen.',
  },
  expired: (recipe, minutes) =>
    rich`Diese Anfrage ist abgelaufen: Die Anmeldung kam nicht rechtzeitig (Frist: ${format.duration(minutes * 60_000)}). Tippen Sie den Befehl für ${italic(recipe)} noch einmal, wenn Sie so weit sind.`,
  recipeGone: (recipe, advice) =>
    rich`${italic(recipe)} wurde inzwischen angehalten oder geändert, deshalb habe ich nicht damit weitergemacht. ${advice}`,
  recipeStopped: (recipe) =>
    rich`${italic(recipe)} wurde von der zuständigen Person angehalten, deshalb warte ich nicht länger.`,
  loginRefused: (app) =>
    `${app} lehnt die Anmeldung ab, obwohl Sie sich gerade angemeldet haben. Bitte sagen Sie Ihrer Administration Bescheid.`,
  stopped: (recipe) => rich`${italic(recipe)} hat ohne Ergebnis aufgehört.`,
  stoppedCalled: (recipe) => `${recipe} hat aufgehört.`,
  done: (recipe) => rich`Fertig: ${italic(recipe)}.`,
  failed: (recipe, text) => rich`${italic(recipe)} hat nicht geklappt. ${text}`,
  reference: (reference) => `Kennung ${reference}`,
  referenceBehind: (text, reference) => `${text} (Kennung ${reference})`,
  repeated: 'Ich wurde unterbrochen; vielleicht haben Sie es schon gesehen.',
  onlyYouSeeIt:
    'Ich konnte das nicht allen im Kanal sagen, deshalb sehen nur Sie es. Falls ich dort kein Mitglied bin, laden Sie mich ein.',
  denied: {
    person: (recipe) =>
      rich`${italic(recipe)} ist für Sie nicht freigegeben. Wenn Sie es brauchen, bitten Sie die Person, die sich hier um mich kümmert, Sie hinzuzufügen.`,
    place: (recipe) =>
      rich`${italic(recipe)} geht nur in bestimmten Kanälen. Tippen Sie den Befehl dort, oder fragen Sie die Person, die sich hier um mich kümmert.`,
  },
  tooManyItems: (items, most) =>
    `Das sind ${format.number(items)} Dinge, und ich darf höchstens ${format.number(most)} bearbeiten. Es wurde nichts mit ihnen getan.`,
  tooMuchData: 'Das sind mehr Daten, als ich auf einmal durcharbeiten kann. Es wurde nichts mit ihnen getan.',
  tooMuchResult: 'Das Ergebnis ist größer, als ich behalten kann.',
  onlyInChannels: 'Dabei werden andere Leute etwas gefragt, deshalb geht es nur in einem Kanal.',
  interruptedIn: (app, action) =>
    `Ich wurde unterbrochen, während ich ${app} um „${action}“ bat. Ich weiß nicht, ob das getan wurde, deshalb habe ich es nicht wiederholt. Bitte sehen Sie in ${app} nach, bevor Sie es noch einmal versuchen.`,
  mayHaveManaged: (problem, app, action) =>
    `${problem} Ich weiß nicht, ob ${app} „${action}“ noch geschafft hat; bitte sehen Sie dort nach, bevor Sie es noch einmal versuchen.`,
});

export const asks = (format: Formats): Texts['asks'] => ({
  choose: 'Auswählen',
  answer: 'Antworten',
  typeHere: 'Lieber hier tippen',
  inTime: 'Niemand hat rechtzeitig geantwortet.',
  answeredBy: (label, name) => `✓ ${label}, von ${name}`,
  unanswered: (recipe, ms) =>
    rich`Niemand hat rechtzeitig geantwortet (Frist: ${format.duration(ms)}), deshalb habe ich ${italic(recipe)} abgebrochen.`,
  forOther: 'Diese Frage ist für jemand anderen.',
  already: (label) => `Sie haben schon geantwortet: ✓ ${label}`,
  wasFirst: (name, label) => `${name} war schneller: ✓ ${label}`,
  filledIn: 'Ausgefüllt',
  orSkip: (word, preset) => (preset === undefined ? `oder ${word}` : `oder ${word} für ${preset}`),
  answerName: 'Antwort',
  typeThe: (field) => `Bitte tippen Sie: ${field}.`,
  startedElse: 'Sie haben etwas anderes begonnen, seit ich gefragt habe. Drücken Sie „Antworten“, um zu antworten.',
  nothingToChoose: 'Es gibt nichts zur Auswahl.',
  nobodyToAsk: 'Ich weiß nicht, wen ich fragen soll.',
});

export const replies = (format: Formats): Texts['replies'] => ({
  nothingToChoose: (label) => `${withoutEnd(label)}: Es gibt nichts auszuwählen.`,
  moreToChoose: (count) => `… und ${format.number(count)} weitere zur Auswahl.`,
  moreRows: (count) => `… und ${format.number(count)} weitere ${count === 1 ? 'Zeile' : 'Zeilen'}.`,
  sure: 'Sind Sie sicher?',
  yes: 'Ja',
  no: 'Nein',
  open: 'Öffnen',
  choose: 'Auswählen …',
  picture: 'Bild',
  cut: 'Der Rest war zu lang, um ihn hier zu zeigen.',
  cutBySlack: 'Slack nimmt keine längeren Nachrichten an, deshalb fehlt hier der Rest.',
  cutBySlackHome:
    'Slack nimmt keine längeren Seiten an, deshalb fehlt hier der Rest. Schreiben Sie mir, um alles zu sehen.',
  noAddress: (labels) => `Keine brauchbare Adresse für: ${labels.join(', ')}.`,
  shownOf: (shown, all) => `${shown} von ${all} stehen hier zur Auswahl.`,
});
