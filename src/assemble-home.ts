import type { Platform } from './chat/chat-user.js';
import { createClicks } from './chat/clicks.js';
import type { HomePage } from './chat/home-page.port.js';
import type { EventClaims } from './commands/event-claims.js';
import type { Help } from './commands/help.js';
import { Home } from './commands/home.js';
import { HomeMarks } from './commands/home-marks.js';
import { keptLoginLinks } from './commands/kept-login-links.js';
import type { PersonalConnections } from './commands/personal-connections.js';
import { WaitingView } from './commands/waiting-view.js';
import type { Logins } from './connections/logins.js';
import type { CreateLoginLink } from './jobs/login-link.js';
import type { WaitingJobs } from './jobs/waiting-jobs.js';
import type { Clock } from './kernel/clock.port.js';
import type { ExpiringStore } from './kernel/expiring-store.port.js';
import type { Logger } from './kernel/logger.port.js';
import type { Vault } from './kernel/vault.js';

/** A home is drawn each time somebody looks at it, and its old buttons make way for new ones: they need not live long. */
const HOME_CLICK_TTL_MS = 86_400_000;

export interface HomeAssembly {
  readonly pageOf: (platform: Platform) => HomePage | undefined;
  readonly personal: PersonalConnections;
  readonly help: Help;
  readonly waiting: WaitingJobs;
  readonly claims: EventClaims;
  readonly createLoginLink: CreateLoginLink;
  readonly logins: Pick<Logins, 'isOpen'>;
  /** How long a login link lives, in ms. */
  readonly loginTimeoutMs: number;
  readonly store: ExpiringStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The home of the bot: what `personal_connections` and `help` say, drawn for a page that stays. */
export function assembleHome(parts: HomeAssembly): Home {
  const { claims, clock, help, logger, logins, pageOf, personal, store, vault, waiting } = parts;
  const clicks = createClicks(store, vault, HOME_CLICK_TTL_MS);
  const createLoginLink = keptLoginLinks({
    create: parts.createLoginLink,
    isOpen: (url) => logins.isOpen(url.slice(url.lastIndexOf('/') + 1)),
    keepMs: parts.loginTimeoutMs / 2,
    store,
    vault,
  });
  return new Home({
    pageOf,
    marks: new HomeMarks(store, clock),
    connections: personal.drawnWith({ clicks, createLoginLink }),
    help: help.drawnWith({ clicks, isBesideConnections: true }),
    waiting,
    waitingView: new WaitingView({ waiting, clicks, createLoginLink }),
    claims,
    clock,
    logger,
  });
}
