import type { Texts } from '../english.js';

export const forms = (): Texts['forms'] => ({
  submit: 'Absenden',
  cancel: 'Abbrechen',
  yes: 'Ja',
  choose: 'Auswählen …',
  fillIn: 'Bitte füllen Sie das aus.',
  putFileIn: 'Bitte legen Sie eine Datei hinein.',
  notOffered: 'Bitte tippen Sie hier und wählen Sie dann etwas von dem aus, was angeboten wird.',
  answerTitle: 'Ihre Antwort',
});
