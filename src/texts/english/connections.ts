import type { RichText } from '../../kernel/rich-text.js';
import type { Formats } from '../formats.js';
import { bold, rich } from '../rich.js';

/** `personal_connections` and what is said of connections elsewhere. */
export const connections = (format: Formats) => ({
  status: { connected: 'Connected', needs_login: 'Needs login', disconnected: 'Disconnected' },
  title: 'Your connections',
  label: 'Connection',
  reconnect: (app: string) => `Reconnect ${app}`,
  disconnect: 'Disconnect',
  delete: 'Delete',
  deleteIt: 'Delete it',
  keepIt: 'Keep it',
  whatButtonsDo:
    'Disconnect ends the login and keeps the entry, so that you can reconnect. Delete removes the entry too.',
  none: 'You have no personal connections yet. When you use a command that works in another app under your own name, I ask you to log in to that app once; the connection then appears here.',
  askDelete: (label: string): RichText => rich`Delete your connection to ${bold(label)}?`,
  unused: 'No command uses it at present.',
  usedBy: (recipes: readonly string[]) =>
    `Used by: ${recipes.join(', ')}. The next time, you will be asked to log in again.`,
  waiting: (count: number) => `${count === 1 ? 'One request is' : `${count} requests are`} waiting for it.`,
  notUsedYet: 'not used yet',
  lastUsed: (ms: number) => `last used ${ms < 60_000 ? 'just now' : format.ago(ms)}`,
  as: (account: string) => ` as ${account}`,
  chooseFirst: 'Please choose a connection from the list first, then press the button.',
  gone: 'That connection is not there any more.',
  disconnected: (app: string) => `Disconnected ${app}.`,
  deleted: (app: string) => `Deleted ${app}.`,
  revoking: (app: string) => `The login is removed here, and ${app} is being asked to revoke it.`,
  notRevocable: (app: string) =>
    `The login is removed here. ${app} offers no way to revoke it from here; you can end it in the settings of your ${app} account.`,
  notReadable: (app: string) =>
    `The login is removed here. I could not read it any more, so I cannot ask ${app} to revoke it; please end it in the settings of your ${app} account.`,
  connected: (app: string, account: string, before: string | undefined): RichText =>
    rich`Connected ${bold(app)} as ${account}.${before === undefined ? '' : ` Before it was ${before}.`} Not you, or a mistake? Disconnect it.`,
  /** By the code that is stored with a connection. */
  reasons: {
    login_refused: (app: string) => `${app} does not accept the login any more`,
    login_over: (_app: string) => 'The login has ended',
    login_ended: (_app: string) => 'The app has ended the login',
    client_changed: (app: string) => `Your administrator has changed how ${app} is connected`,
    unreadable: (_app: string) => 'Something that I stored cannot be read any more. Please tell your administrator.',
  },
  moreAccess: (recipe: string, scopes: readonly string[]) =>
    `${recipe} needs more access than you have allowed so far: ${scopes.join(', ')}`,
  notConnected: (apps: readonly string[]) =>
    apps.length > 1
      ? `${format.and(apps)} are not connected. Your administrator must connect them first.`
      : `${format.and(apps)} is not connected. Your administrator must connect it first.`,
  sharedRefused: (app: string) =>
    `${app} refuses the connection that everybody here shares. Your administrator must fix it.`,
});
