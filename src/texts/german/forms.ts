import type { Texts } from '../english.js';
import { fieldErrors, italic, rich } from '../rich.js';

export const forms = (): Texts['forms'] => ({
  submit: 'Absenden',
  cancel: 'Abbrechen',
  yes: 'Ja',
  choose: 'Auswählen …',
  fillIn: 'Bitte füllen Sie das aus.',
  putFileIn: 'Bitte legen Sie eine Datei hinein.',
  notOffered: 'Bitte tippen Sie hier und wählen Sie dann etwas von dem aus, was angeboten wird.',
  answerTitle: 'Ihre Antwort',
  openAgain: 'Berichtigen',
  closedWithErrors: (form, errors, hadFiles) => [
    ...rich`${italic(form)} wurde nicht abgeschickt: Manches darin passt nicht. Was Sie ausgefüllt haben, ist noch da${hadFiles ? '; Dateien müssen Sie noch einmal hineinlegen' : ''}.`,
    ...fieldErrors(errors),
  ],
  notOpened: 'Das Formular ließ sich nicht öffnen. Bitte drücken Sie noch einmal auf den Knopf.',
});
