import type { Texts } from '../english.js';
import { type Formats, roundUp } from '../formats.js';
import { bold, code, italic, rich } from '../rich.js';

export const commands = (format: Formats): Texts['commands'] => ({
  words: { help: 'hilfe', cancel: 'abbrechen', connections: 'verbindungen' },
  chooseFirst: 'Bitte wählen Sie zuerst etwas in der Liste aus und drücken Sie dann noch einmal den Knopf.',
  chooseSomething: 'Bitte wählen Sie zuerst etwas in der Liste aus.',
  notYours: 'Das kann nur benutzen, wer gefragt hat.',
  tooOld: 'Dieser Knopf ist zu alt oder wurde schon benutzt. Bitte tippen Sie den Befehl noch einmal.',
  formTooOld: 'Dieses Formular ist zu alt, deshalb wurde nichts getan. Bitte tippen Sie den Befehl noch einmal.',
  fileAlone: rich`Danke für die Datei. Ich weiß aber nicht, wofür sie ist. Bitte schicken Sie sie zusammen mit einem Befehl, oder wenn ich danach frage. Mit ${code('help')} sehen Sie die Befehle.`,
  notWaiting: 'Diese Anfrage wartet nicht mehr.',
  stopped: (command) => `Der Befehl „${command}“ wurde angehalten.`,
  slashCommandGone: (command) =>
    `${command} wurde angehalten, oder ist neu und noch nicht bereit. Schreiben Sie help, um zu sehen, was ich kann.`,
  shortcutGone:
    'Diese Verknüpfung wurde angehalten, oder ist neu und noch nicht bereit. Schreiben Sie help, um zu sehen, was ich kann.',
  changed: 'Dieser Befehl wurde inzwischen angehalten oder geändert. Bitte tippen Sie ihn noch einmal.',
  questionNotOpen: 'Diese Frage ist nicht mehr offen.',
  questionNotOpenType: 'Diese Frage ist nicht mehr offen. Bitte tippen Sie den Befehl noch einmal.',
  formFailed: 'Das Formular ließ sich nicht öffnen. Bitte antworten Sie stattdessen hier.',
  withReference: (text, reference) => `${text} (Kennung ${reference})`,
  unsureWhetherAllowed: (recipe) =>
    rich`Ich kann gerade nicht herausfinden, ob Sie ${italic(recipe)} benutzen dürfen. Bitte versuchen Sie es gleich noch einmal.`,
  tooFast: (recipe, ms) =>
    rich`Das waren zu viele Befehle auf einmal, deshalb habe ich ${italic(recipe)} nicht begonnen. Bitte versuchen Sie es noch einmal, Wartezeit: ${format.duration(roundUp(ms))}.`,
  tooManyOpen: (recipe) =>
    rich`Von Ihnen ist so viel in Arbeit, wie ich von einer Person annehme, deshalb habe ich ${italic(recipe)} nicht begonnen. Bitte versuchen Sie es noch einmal, wenn einiges davon fertig ist.`,
  tryAgain: 'Noch einmal versuchen',
  stoppedItself: (recipe) =>
    rich`${italic(recipe)} wurde angehalten: Es hat mehrmals hintereinander nicht geklappt. Ihre Administration weiß Bescheid.`,
  cannotStart: (recipe, why) => rich`${italic(recipe)} kann nicht starten: ${why}`,
  overtaken: (recipe) =>
    rich`Sie haben etwas anderes begonnen, seit ich nach ${italic(recipe)} gefragt habe. Bitte tippen Sie den Befehl noch einmal, wenn Sie ihn noch brauchen.`,
  buttonOnly: (recipe) => rich`${italic(recipe)} geht nur über seinen Knopf: Es muss wissen, worum es sich handelt.`,
  undeclared: (recipe, unknown, known) => {
    const takes = known.length === 0 ? 'Er nimmt keine.' : `Er nimmt: ${known.join(', ')}.`;
    const what = unknown.length === 1 ? 'einen Wert, den er nicht kennt' : 'Werte, die er nicht kennt';
    return `„${recipe}“ bekam ${what}: ${unknown.join(', ')}. ${takes} Es wurde nichts getan.`;
  },
  takesNoFile: (recipe) =>
    `„${recipe}“ nimmt keine Datei, deshalb wurde nichts getan. Bitte tippen Sie den Befehl noch einmal ohne Datei.`,
  unusedWords: (recipe, words, names) =>
    names.length === 0
      ? `„${recipe}“ nimmt nichts dahinter, deshalb wurde nichts getan. Bitte tippen Sie den Befehl noch einmal ohne „${words}“.`
      : `Ich weiß nicht, wofür „${words}“ ist, deshalb wurde nichts getan. „${recipe}“ nimmt: ${names.map((name) => `${name}: …`).join(' ')}`,
  noUseForFile: (recipe) => `„${recipe}“ kann hier mit einer Datei nichts anfangen.`,
  personInForm: 'mit einem @ oder im Formular',
  personNotFound: (parameter) => `Ich finde die Person für „${parameter}“ hier nicht.`,
  choose: 'Auswählen',
  fillInForm: 'Formular ausfüllen',
  cancel: 'Abbrechen',
  example: (example) => `z. B. ${example}`,
  typeMore: (characters) => `Bitte tippen Sie mindestens ${characters} Zeichen.`,
  typeWhat: 'Bitte tippen Sie, wonach ich suchen soll.',
  nothingFound: (text) => `Ich habe nichts für „${text}“ gefunden.`,
  firstOfMore: (count) =>
    `Das sind die ersten ${count} von mehr, die ich gefunden habe. Wählen Sie etwas aus, oder tippen Sie mehr davon.`,
  found: (text) => `Das habe ich für „${text}“ gefunden. Bitte wählen Sie aus.`,
  noAnswerInTime: 'Ich habe nicht rechtzeitig eine Antwort bekommen. Bitte versuchen Sie es noch einmal.',
  notLookedUpInMenu: 'Das konnte ich nicht nachschlagen. Bitte tippen Sie es noch einmal.',
  loginFirstInMenu: (apps) => `Erst bei ${format.and(apps)} anmelden: siehe meine Nachricht im Chat`,
  loginForForm: (recipe, apps) =>
    rich`Das Formular von ${italic(recipe)} bietet an, was Sie in ${bold(format.and(apps))} sehen dürfen. Bitte melden Sie sich an und tippen Sie dann noch einmal im Formular.`,
  cancelledNothingDone: 'Abgebrochen. Es wurde nichts getan.',
  cancelled: 'Abgebrochen.',
  nothingToCancel: 'Es gibt nichts abzubrechen.',
  cancelledOne: (recipe, others) => {
    const count = others === 1 ? 'Eine weitere Anfrage wartet' : `${others} weitere Anfragen warten`;
    return rich`Abgebrochen: ${italic(recipe)}.${others === 0 ? '' : ` ${count} noch.`}`;
  },
  stopping: (recipe) => rich`Ich halte ${italic(recipe)} an, sobald fertig ist, was gerade läuft.`,
});
