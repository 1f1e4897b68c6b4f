import type { ChatUser } from '../chat/chat-user.js';
import type { Click, Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Block, type Message, textMessage } from '../chat/message.js';
import type { Erasures } from '../privacy/erasures.js';
import { EXPORT_LINK_MS } from '../privacy/export-links.js';
import { textsFor } from '../texts/texts-for.js';
import { askEraseMessage, exportReadyMessage, ownDataButtons } from './own-data-messages.js';

interface OwnDataDeps {
  readonly clicks: Clicks;
  /** Makes a link to a page that gives what is kept about the person, and gives its URL. */
  readonly createExportLink: (asked: {
    readonly user: ChatUser;
    readonly locale?: string | undefined;
  }) => Promise<string>;
  readonly erasures: Pick<Erasures, 'request' | 'begin'>;
  /** How long the audit log keeps its entries, in days; absent where there is none. */
  readonly auditDays: number | undefined;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly locale?: string | undefined;
}

type OwnDataClick = Extract<Click, { kind: 'own-data' }>;

/** What people can do with all that is kept about them: have it as a file, have it erased. */
export class OwnData {
  readonly #deps: OwnDataDeps;

  constructor(deps: OwnDataDeps) {
    this.#deps = deps;
  }

  /** The same, with tokens of another kind. */
  drawnWith(clicks: Clicks): OwnData {
    return new OwnData({ ...this.#deps, clicks });
  }

  async buttons({ locale, user }: Pick<Asked, 'user' | 'locale'>): Promise<Block> {
    const [asExport = '', erase = ''] = await this.#deps.clicks.issue(user, [
      { kind: 'own-data', do: 'export' },
      { kind: 'own-data', do: 'ask-erase' },
    ]);
    return ownDataButtons(textsFor(locale), { export: asExport, erase });
  }

  /** Carries out a press; the result takes the place of the message. Call {@link begin} once it stands there. */
  async press(asked: Asked, { do: wish }: OwnDataClick): Promise<Message> {
    const { auditDays, clicks, createExportLink, erasures } = this.#deps;
    const texts = textsFor(asked.locale);
    switch (wish) {
      case 'export': {
        const [url, [backToken = '']] = await Promise.all([
          createExportLink(asked),
          clicks.issue(asked.user, [{ kind: 'connections' }]),
        ]);
        return exportReadyMessage({ url, minutes: EXPORT_LINK_MS / 60_000, backToken, texts });
      }
      case 'ask-erase': {
        const [erase = '', keep = ''] = await clicks.issue(asked.user, [
          { kind: 'own-data', do: 'erase' },
          { kind: 'connections' },
        ]);
        return askEraseMessage({ auditDays, tokens: { erase, keep }, texts });
      }
      case 'erase':
        await erasures.request(asked);
        return textMessage(texts.privacy.begun);
    }
  }

  /** Erasing begins when everything about the press is said: what is kept for that would outlive it. */
  begin({ do: wish }: OwnDataClick): void {
    if (wish === 'erase') this.#deps.erasures.begin();
  }
}
