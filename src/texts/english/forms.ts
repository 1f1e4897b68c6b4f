import type { RichText } from '../../kernel/rich-text.js';
import { type FieldError, fieldErrors, italic, rich } from '../rich.js';

/** The frame of forms: Slack shows 24 characters of titles and buttons. */
export const forms = () => ({
  submit: 'Submit',
  cancel: 'Cancel',
  yes: 'Yes',
  choose: 'Choose…',
  fillIn: 'Please fill this in.',
  putFileIn: 'Please put a file in.',
  notOffered: 'Please type here and choose one of what is offered then.',
  answerTitle: 'Your answer',
  openAgain: 'Correct it',
  closedWithErrors: (form: string, errors: readonly FieldError[], hadFiles: boolean): RichText => [
    ...rich`${italic(form)} was not sent: some of it does not fit. What you filled in is kept${hadFiles ? ', but files have to be put in again' : ''}.`,
    ...fieldErrors(errors),
  ],
  notOpened: 'The form could not be opened. Please press the button again.',
});
