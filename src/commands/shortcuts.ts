import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChosenMessage, Mention, ShortcutEvent, SlashCommandEvent } from '../chat/chat-event.js';
import type { Platform } from '../chat/chat-user.js';
import { textMessage } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { TakenOfMessage } from '../recipes/compiled-shortcut.js';
import { MAX_VALUE_LENGTH } from '../recipes/parameter-values.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { EventClaims } from './event-claims.js';
import type { Words } from './gather-parameters.js';
import { sayPrivately } from './say.js';
import type { CommandStarter } from './start-command.js';

interface ShortcutsDeps {
  readonly recipes: () => RecipeBook;
  readonly starter: Pick<CommandStarter, 'start'>;
  readonly claims: Pick<EventClaims, 'claim'>;
  readonly chats: (platform: Platform) => ChatAdapter;
}

/** Ways to a command without its words: the slash command of one recipe, and shortcuts, anywhere or on a message. */
export class Shortcuts {
  readonly #deps: ShortcutsDeps;

  constructor(deps: ShortcutsDeps) {
    this.#deps = deps;
  }

  async typed(event: SlashCommandEvent): Promise<void> {
    const recipe = this.#deps.recipes().bySlashCommand(event.command);
    if (!recipe) return this.#refuse(event, textsFor(event.locale).commands.slashCommandGone(event.command));
    await this.#deps.starter.start(event, { recipe, rest: event.text, press: event });
  }

  async chosen(event: ShortcutEvent): Promise<void> {
    const found = this.#deps.recipes().byShortcut(event.shortcut);
    if (!found) return this.#refuse(event, textsFor(event.locale).commands.shortcutGone);
    const { recipe, shortcut } = found;
    if (!event.message) return this.#deps.starter.start(event, { recipe, press: event });
    const { texts, ...sent } = takenOf(event.message, shortcut.takes, recipe);
    await this.#deps.starter.start({ ...event, ...sent }, { recipe, texts, press: event });
  }

  /** What the platform offers and the recipes do not have any more, or never had. */
  async #refuse(event: SlashCommandEvent | ShortcutEvent, text: string): Promise<void> {
    if (!(await this.#deps.claims.claim(event))) return;
    await sayPrivately(this.#deps.chats(event.user.platform), event, textMessage(text));
  }
}

/** What a command takes of the message that it was chosen on, to be read as if it had been typed. */
function takenOf(
  { author, files = [], link, mentions = [], text }: ChosenMessage,
  takes: TakenOfMessage,
  { parameters }: CompiledRecipe,
) {
  const texts: Record<string, string> = {};
  const known: Mention[] = [...mentions];
  const put = (name: string | undefined, value: string | undefined): void => {
    if (name !== undefined && value !== undefined && value.trim() !== '') texts[name] = value;
  };
  put(takes.text, shortened(text.trim()));
  put(takes.link, link);
  const isPerson = parameters.some(({ name, type }) => name === takes.author && type === 'user');
  if (!isPerson) put(takes.author, author?.name);
  else if (author?.userId !== undefined) {
    known.push({ text: author.userId, userId: author.userId });
    put(takes.author, author.userId);
  }
  // Nobody has sent them to a command that has no use for them.
  const takesFile = parameters.some(({ hidden, type }) => type === 'file' && !hidden);
  return { texts: texts satisfies Words, mentions: known, ...(takesFile && files.length > 0 ? { files } : {}) };
}

function shortened(text: string): string {
  return text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH - 1)}…`;
}
