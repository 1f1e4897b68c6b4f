import { type ChatUser, chatUserKey } from '../../src/chat/chat-user.js';
import type { LifecycleHandler } from '../../src/chat/lifecycle-event.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import { joinKey } from '../../src/kernel/ids.js';
import { spoken, textsFor } from '../../src/texts/texts-for.js';
import type { PersonalActivity } from './activity.js';
import { placeOf } from './address.js';
import type { BotFramework } from './bot-framework.js';
import type { DirectChats } from './direct-chats.js';
import type { HeldOutbox } from './held-outbox.js';
import type { TeamsNews } from './news.js';
import type { People } from './people.js';
import { welcome } from './welcome.js';

/** Who comes back within a year knows the bot. */
const WELCOMED_TTL_MS = 365 * 86_400_000;

interface LifecycleParts {
  readonly chats: DirectChats;
  readonly held: Pick<HeldOutbox, 'release'>;
  readonly store: ExpiringStore;
  readonly people: Pick<People, 'forget'>;
  readonly tell: LifecycleHandler;
  /** What people read of whom no language is known that is spoken. */
  readonly defaultLocale: string | undefined;
}

/** Keeps up with where the app is installed: stored references, the welcome, and what was held until the app is there. */
export class Lifecycle {
  readonly #parts: LifecycleParts;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** True where an activity tells nothing new of where the person's chat is. */
  knows(did: PersonalActivity): boolean {
    return !did.isDirect || this.#parts.chats.knows(userOf(did, did), did);
  }

  /** Each activity of a person says where their chat is. @throws BehalfError `store.unavailable`, `chat.delivery_failed` */
  async heard(bot: BotFramework, did: PersonalActivity): Promise<void> {
    const { chats, held } = this.#parts;
    const user = userOf(did, did);
    if (!did.isDirect) return;
    const seen = await chats.remember(user, did);
    if (seen === 'back') await this.#parts.tell({ kind: 'person-back', ...user });
    if (seen !== 'known') await held.release(bot, placeOf(did));
  }

  /**
   * What the service must know of it: a person who has removed the app for themselves, or has it again. Leaving a team is no
   * leaving of the organisation, and Teams does not say when the app is taken from a whole tenant.
   * @throws BehalfError `store.unavailable`
   */
  async report(news: TeamsNews): Promise<void> {
    if (news.kind === 'people-left' || !news.isDirect || !news.person) return;
    const user = userOf(news, news.person);
    if (news.kind === 'app-added') await this.#parts.tell({ kind: 'person-back', ...user });
    else await this.#parts.tell({ kind: 'person-left', why: 'app-removed', ...user });
  }

  /** @throws BehalfError `store.unavailable`, `chat.delivery_failed` */
  async follow(bot: BotFramework, news: TeamsNews): Promise<void> {
    const { chats, people } = this.#parts;
    if (news.kind === 'app-added') return this.#added(bot, news);
    if (news.kind === 'people-left')
      for (const aadObjectId of news.people) people.forget(userOf(news, { aadObjectId }));
    if (news.kind === 'app-removed' && news.isDirect && news.person) await chats.forget(userOf(news, news.person));
  }

  async #added(bot: BotFramework, news: TeamsNews & { readonly kind: 'app-added' | 'app-removed' }): Promise<void> {
    const { chats, defaultLocale, held, store } = this.#parts;
    const { isDirect, locale, person, target, tenantId } = news;
    const texts = textsFor(spoken(isDirect ? locale : undefined, defaultLocale));
    const id = joinKey('welcomed', tenantId, target.conversationId);
    try {
      const owner = isDirect && person ? { owner: chatUserKey(userOf(news, person)) } : {};
      if (await store.add({ kind: 'private-chat', id, ...owner }, '1', WELCOMED_TTL_MS))
        await bot.send(target, welcome(isDirect, texts));
    } finally {
      if (isDirect && person) {
        const user = userOf(news, person);
        chats.expectNews(user);
        await chats.remember(user, target);
        await held.release(bot, { ...target, tenantId, userId: person.id, aadObjectId: person.aadObjectId });
      }
    }
  }
}

function userOf(
  { tenantId }: { readonly tenantId: string },
  { aadObjectId }: { readonly aadObjectId: string },
): ChatUser {
  return { platform: 'teams', tenantId, userId: aadObjectId };
}
