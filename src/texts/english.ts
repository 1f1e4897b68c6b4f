import { apps } from './english/apps.js';
import { chat } from './english/chat.js';
import { commands } from './english/commands.js';
import { connections } from './english/connections.js';
import { errors } from './english/errors.js';
import { forms } from './english/forms.js';
import { front } from './english/front.js';
import { help } from './english/help.js';
import { home } from './english/home.js';
import { install } from './english/install.js';
import { asks, jobs, replies } from './english/jobs.js';
import { logins } from './english/logins.js';
import { long } from './english/long.js';
import { pages } from './english/pages.js';
import { parameters } from './english/parameters.js';
import { privacy } from './english/privacy.js';
import { signIn } from './english/sign-in.js';
import type { Formats } from './formats.js';

/** The source of all texts for people. Its type is the contract that every language fulfils. */
export function english(format: Formats) {
  return {
    /** BCP 47: what the texts are written and formatted in. */
    locale: format.locale,
    /** Of the page that they stand on. */
    direction: 'ltr' as 'ltr' | 'rtl',
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

/** All that the service says to people, in one language. */
export type Texts = ReturnType<typeof english>;
