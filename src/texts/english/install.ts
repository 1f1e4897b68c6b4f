/** The pages of whoever installs the app in a workspace of Slack. */
export const install = () => ({
  startAgain: {
    title: 'Please start again',
    text: 'The installation was begun in another browser, or too long ago, or cookies are switched off. Nothing was installed. If somebody sent you a link to this page, do not use it.',
  },
  opened: 'This page has been opened already. To install again, start from the beginning.',
  notInstalled: 'Not installed',
  cancelled: 'The installation was cancelled in Slack, so nothing was changed.',
  unreadable: 'The answer of Slack could not be read. Nothing was installed. Please start again.',
  notAllowed: (workspace: string) =>
    `${workspace} is not among the workspaces that may use this app. Please ask its administrator.`,
  installed: 'Installed',
  isInstalled: (workspace: string) =>
    `The bot is now in ${workspace}. Open Slack and write help to it in a direct message.`,
  tookTooLong: 'Slack does not accept the installation any more; perhaps it took too long. Please start again.',
  failed:
    'The app could not be installed. Please start again in a moment. If it happens again, tell your administrator.',
});
