import { code, rich } from '../rich.js';

/** The first page of the service, for whoever follows a link in the description of the app. */
export const front = () => ({
  title: 'A bot for Slack and Microsoft Teams',
  what: 'This is the service behind a bot for Slack and Microsoft Teams. It does work in other apps for people who ask for it in the chat, with their own accounts and permissions there.',
  ownData: rich`In the chat, write ${code('help')} to the bot to see what it can do, and ${code('personal_connections')} to see and end your logins, to export what it keeps about you, or to have it erased.`,
  contact: 'It is run by your organisation: please ask its administrators about privacy and terms of use.',
});
