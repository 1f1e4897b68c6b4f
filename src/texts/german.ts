import type { Texts } from './english.js';
import type { Formats } from './formats.js';
import { apps } from './german/apps.js';
import { chat } from './german/chat.js';
import { commands } from './german/commands.js';
import { connections } from './german/connections.js';
import { errors } from './german/errors.js';
import { forms } from './german/forms.js';
import { front } from './german/front.js';
import { help } from './german/help.js';
import { home } from './german/home.js';
import { install } from './german/install.js';
import { asks, jobs, replies } from './german/jobs.js';
import { logins } from './german/logins.js';
import { long } from './german/long.js';
import { pages } from './german/pages.js';
import { parameters } from './german/parameters.js';
import { privacy } from './german/privacy.js';
import { signIn } from './german/sign-in.js';

/** Speaks to people with “Sie”; commands (`help`) stay English. */
export function german(format: Formats): Texts {
  return {
    locale: format.locale,
    direction: 'ltr',
    format,
    apps: apps(format),
    asks: asks(format),
    chat: chat(),
    commands: commands(format),
    connections: connections(format),
    errors: errors(),
    forms: forms(),
    front: front(),
    help: help(format),
    home: home(format),
    install: install(),
    jobs: jobs(format),
    logins: logins(format),
    long: long(format),
    pages: pages(format),
    parameters: parameters(format),
    privacy: privacy(format),
    replies: replies(format),
    signIn: signIn(),
  };
}
