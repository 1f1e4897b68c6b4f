import { type Block, type Button, type Message, plainText, type RichText } from '../chat/message.js';
import type { Texts } from '../texts/english.js';

/** Waiting requests that are shown each by itself. */
export const WAITING_SHOWN = 10;

/** A request that does not go on without the person. */
export interface WaitingRequest {
  readonly recipe: string;
  /** ms since the epoch. */
  readonly since: number;
  readonly logins: readonly { readonly title: string; readonly url: string; readonly token: string }[];
  /** What it asks, where it waits for an answer. */
  readonly question?: string;
  readonly cancelToken: string;
}

/** What a home is made of. `connections` and `help` read as the answers to `personal_connections` and `help`. */
export interface HomeParts {
  /** What was just done, or why not. */
  readonly notice?: string;
  readonly waiting: readonly WaitingRequest[];
  /** How many more wait that are not among these. */
  readonly moreWaiting: number;
  readonly connections: Message;
  readonly help: Message;
  /** ms since the epoch. */
  readonly now: number;
  readonly texts: Texts;
}

/** The bot's home: what waits, the connections, the commands. */
export function homeMessage({ connections, help, moreWaiting, notice, now, texts, waiting }: HomeParts): Message {
  const { home } = texts;
  const lines = waiting.map((view) => describeWaiting(view, now, texts));
  const rest = moreWaiting === 0 ? [] : [home.more(moreWaiting)];
  const waits: readonly Block[] = [
    { kind: 'heading', text: home.waiting },
    ...waiting.flatMap((view, index): readonly Block[] => [
      { kind: 'text', text: lines[index] ?? [] },
      { kind: 'buttons', buttons: buttonsOf(view, waiting.length > 1, texts) },
    ]),
    ...rest.map((line) => note(line)),
    { kind: 'divider' },
  ];
  const hasHeading = connections.blocks.some(({ kind }) => kind === 'heading');
  const blocks: Block[] = [
    ...(notice === undefined ? [] : [{ kind: 'text' as const, text: [{ text: notice }] }]),
    ...(waiting.length === 0 ? [] : waits),
    ...(hasHeading ? [] : [{ kind: 'heading' as const, text: texts.connections.title }]),
    ...connections.blocks,
    { kind: 'divider' },
    ...help.blocks,
    note(home.answeredInChat),
  ];
  const waitsInWords = waiting.length === 0 ? [] : [[`${home.waiting}:`, ...lines.map(plainText), ...rest].join('\n')];
  const words = [...(notice === undefined ? [] : [notice]), ...waitsInWords, connections.fallback, help.fallback];
  return { fallback: words.join('\n\n'), blocks };
}

function describeWaiting(request: WaitingRequest, now: number, { home }: Texts): RichText {
  const { recipe, since } = request;
  return [{ text: recipe, style: 'bold' }, { text: ` — ${reasonOf(request, home)} · ${home.started(now - since)}` }];
}

function reasonOf({ logins, question }: WaitingRequest, home: Texts['home']): string {
  if (question !== undefined) return home.waitsForAnswer(question);
  return logins.length === 0 ? home.waits : home.waitsForLogin(logins.map(({ title }) => title));
}

/** Buttons are read out without what stands above them: among several each says what it cancels. */
function buttonsOf(
  { cancelToken, logins, recipe }: WaitingRequest,
  isOneOfMany: boolean,
  { commands, home, logins: words }: Texts,
): readonly Button[] {
  return [
    ...logins.map(({ title, token, url }) => ({
      kind: 'login' as const,
      label: words.loginTo(title),
      token,
      url,
    })),
    { kind: 'action', label: isOneOfMany ? home.cancel(recipe) : commands.cancel, token: cancelToken },
  ];
}

function note(text: string): Block {
  return { kind: 'note', text: [{ text }] };
}
