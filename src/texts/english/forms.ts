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
});
