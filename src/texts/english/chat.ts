import { code, rich } from '../rich.js';

/** What a chat platform's own ways make the bot say. */
export const chat = () => ({
  answerInChannel: 'To answer, mention me with an @. Or write to me in our own chat, where nobody else reads it.',
  answerInOwnChat: 'To answer, write to me in our own chat.',
  welcome: rich`Hello! I do work in other apps for you, with your own account there. Write ${code('help')} to see what I can do, and ${code('personal_connections')} to see the accounts you've connected.`,
  welcomeAll: rich`Hello! I do work in other apps for you, with your own account there. Mention me and write ${code('help')} to see what I can do; answers that are yours alone come in the chat with me.`,
  helpButton: 'Help',
  noGuestsOfWorkspace: "Sorry, I don't work for guest accounts. Please ask a full member of this workspace.",
  onlyMembersOfWorkspace: 'Sorry, I only work for members of the workspace that I belong to.',
  noGuestsOfOrganisation: "Sorry, I don't work for guest accounts. Please ask a full member of this organisation.",
  onlyMembersOfOrganisation: 'Sorry, I only work for members of the organisation that I belong to.',
  privateWaits:
    "I have something that only the person who asked should see, and I'm not in a chat with them yet. Add me, and I'll send it there.",
  privateSent: "I've sent it in the chat with me.",
  oneMoment: 'One moment…',
  buttonDead: 'This button does not work any more.',
  shortcutDead: 'This shortcut does not work any more.',
  formDead: 'This form does not work any more.',
  answeredInChat: 'I have answered in the chat.',
  signInFailed: 'I could not log you in by myself. Please press Login.',
  answeredInChatWithMe: 'I have answered in the chat with me.',
  addMe: 'Add me',
});
