import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Conversations, PlaygroundConversation } from '../conversations.js';
import type { PlaygroundEntries } from '../entries.js';
import { parseJson, readBody, sendJson } from '../http.js';
import { PEOPLE, type Person } from '../people.js';
import type { PressResult } from '../teams/types.js';
import type { FrontApps, FrontSlack, FrontTeams } from './ports.js';
import { receivedFile, SENT_FILE } from './sent-files.js';

/** A file of 5 MB in base64, with room for what stands around it. */
const BODY_LIMIT = 7 * 1024 * 1024;

const PERSON = z.enum(['rita', 'carl', 'gina', 'max']);
const SAID = z
  .strictObject({
    person: PERSON,
    conversation: z.string(),
    text: z.string().max(10_000),
    /** Message whose thread it is written in. */
    thread: z.string().optional(),
    files: z.array(SENT_FILE).max(10).default([]),
  })
  .refine(({ files, text }) => text !== '' || files.length > 0, 'Nothing was written.');
const COMMAND = z.strictObject({
  person: PERSON,
  conversation: z.string(),
  command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/),
  text: z.string().max(10_000),
});
const CHOICE = z.union([z.string(), z.array(z.string())]);
const SLACK_ACTION = z.strictObject({
  person: PERSON,
  message: z.string(),
  blockId: z.string(),
  actionId: z.string(),
  /** Chosen in a menu: the option's value, or several. */
  selected: CHOICE.optional(),
  /** What else is chosen in the message, by block and action; told to Slack before the press. */
  state: z.record(z.string(), z.record(z.string(), CHOICE)).optional(),
});
const TEAMS_ACTION = z.strictObject({
  person: PERSON,
  message: z.string(),
  action: z.object({
    type: z.enum(['Action.Execute', 'Action.Submit']),
    title: z.string().optional(),
    id: z.string().optional(),
    verb: z.string().optional(),
    data: z.unknown(),
  }),
});
/** As {@link SLACK_ACTION}, in the person's Home tab. */
const SLACK_HOME_ACTION = z.strictObject({
  person: PERSON,
  blockId: z.string(),
  actionId: z.string(),
  selected: z.string().optional(),
});
const SLACK_BLOCKS = z.looseObject({
  blocks: z.array(
    z.looseObject({ type: z.string(), block_id: z.string().optional(), dispatch_action: z.boolean().optional() }),
  ),
});
const FIELD = z.union([z.string(), z.boolean(), z.array(SENT_FILE).transform((files) => files.map(receivedFile))]);
const WHO = z.strictObject({ person: PERSON });
const SLACK_FORM = z.strictObject({ person: PERSON, values: z.record(z.string(), FIELD) });
const SLACK_SUGGEST = z.strictObject({ person: PERSON, blockId: z.string(), query: z.string().max(1_000) });
const SLACK_SHORTCUT = z.strictObject({
  person: PERSON,
  shortcut: z.string().max(255),
  message: z.string().optional(),
});
const TEAMS_SHORTCUT = z.strictObject({
  person: PERSON,
  shortcut: z.string().max(64),
  conversation: z.string(),
  thread: z.string().optional(),
  message: z.string().optional(),
});
const TEAMS_CONSENT = z.strictObject({ person: PERSON, message: z.string(), answer: z.enum(['accept', 'decline']) });
const TEAMS_SEARCH = z.strictObject({ person: PERSON, input: z.string(), query: z.string().max(1_000) });
const TEAMS_DIALOG = z.strictObject({ person: PERSON, data: z.unknown() });
const SIGN_IN = z.strictObject({ person: PERSON, conversation: z.string(), state: z.string().max(4_096) });

export interface ApiOptions {
  readonly slack: FrontSlack;
  readonly teams: FrontTeams;
  readonly conversations: Conversations;
  readonly apps: FrontApps;
  /** Slash commands and shortcuts of the recipes as they are now. */
  readonly entries: () => Promise<PlaygroundEntries>;
  /** For programs: opens the callable recipes. Shown to everybody, as are the passwords of the demo apps. */
  readonly programKey: string;
}

/** What the page shows to one person. */
export interface PlaygroundState {
  readonly person: Person;
  readonly people: readonly Person[];
  readonly conversations: readonly PlaygroundConversation[];
  readonly crm: { readonly opportunities: readonly unknown[]; readonly notes: readonly unknown[] };
  readonly files: readonly unknown[];
  readonly programKey: string;
  /** Slash commands and shortcuts of the recipes. */
  readonly entries: PlaygroundEntries;
  /** The view in the person's Home tab of the app in Slack; absent before the first was published. */
  readonly slackHome?: object;
}

/** Everything that one person sees; undefined for somebody unknown. */
export async function stateFor(options: ApiOptions, personId: string): Promise<PlaygroundState | undefined> {
  const person = PEOPLE.find((candidate) => candidate.id === personId);
  if (!person) return undefined;
  // The records decorate the page; chats work without them.
  const { files, notes, opportunities } = await options.apps.records().catch(() => NO_RECORDS);
  const mine = options.conversations.all().filter((conversation) => conversation.people.includes(person.id));
  const conversations = mine.map((conversation) => seenBy(options.teams, person, conversation));
  const { programKey } = options;
  const entries = await options.entries();
  const slackHome = options.slack.homeOf(person.id);
  const home = slackHome ? { slackHome } : {};
  return { person, people: PEOPLE, conversations, crm: { opportunities, notes }, files, programKey, entries, ...home };
}

const NO_RECORDS = { opportunities: [], notes: [], files: [] };

function seenBy(teams: FrontTeams, person: Person, conversation: PlaygroundConversation): PlaygroundConversation {
  const visible = conversation.messages.filter(({ onlyFor }) => onlyFor === undefined || onlyFor === person.id);
  const isTeams = conversation.platform === 'teams';
  return { ...conversation, messages: isTeams ? visible.map((one) => teams.viewFor(person.id, one)) : visible };
}

type Handler = (options: ApiOptions, body: unknown) => Promise<unknown>;

/** What people do on the page, by path under `/playground/api/`. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'slack/messages': async ({ slack }, body) => {
    const { person, conversation, files, text, thread } = SAID.parse(body);
    await slack.say(person, text, {
      channel: conversation,
      ...(thread === undefined ? {} : { threadTs: thread }),
      ...(files.length === 0 ? {} : { files: files.map(receivedFile) }),
    });
    return { kind: 'sent' };
  },
  'slack/commands': async ({ slack }, body) => {
    const { person, conversation, command, text } = COMMAND.parse(body);
    const { status } = await slack.command(person, command, text, { channel: conversation });
    if (status !== 200) throw new Error(`${command} failed with the error “dispatch_failed”`);
    return sentInSlack(slack, person);
  },
  'slack/actions': async ({ slack, conversations }, body) => {
    const { person, message, blockId, actionId, selected, state = {} } = SLACK_ACTION.parse(body);
    for (const [block, actions] of Object.entries(state)) {
      for (const [action, value] of Object.entries(actions)) {
        // Slack tells the bot about other menus at once, when they change.
        if (block === blockId || !waitsForButton(conversations, message, block)) continue;
        await slack.select(person, message, { blockId: block, actionId: action }, value);
      }
    }
    if (selected === undefined) await slack.press(person, message, { blockId, actionId });
    else await slack.select(person, message, { blockId, actionId }, selected);
    return sentInSlack(slack, person);
  },
  /** The person goes to their Home tab. */
  'slack/home': async ({ slack }, body) => {
    await slack.homes().open(WHO.parse(body).person);
    return { kind: 'sent' };
  },
  'slack/home-actions': async ({ slack }, body) => {
    const { person, blockId, actionId, selected } = SLACK_HOME_ACTION.parse(body);
    if (selected === undefined) await slack.homes().press(person, { blockId, actionId });
    else await slack.homes().select(person, { blockId, actionId }, selected);
    return sentInSlack(slack, person);
  },
  'slack/shortcuts': async ({ slack }, body) => {
    const { person, shortcut, message } = SLACK_SHORTCUT.parse(body);
    await slack.shortcut(person, shortcut, message);
    return sentInSlack(slack, person);
  },
  'slack/form': async ({ slack }, body) => {
    const { person, values } = SLACK_FORM.parse(body);
    return { errors: (await slack.modals().submit(person, values)).errors };
  },
  'slack/suggest': async ({ slack }, body) => {
    const { person, blockId, query } = SLACK_SUGGEST.parse(body);
    return { options: await slack.modals().suggest(person, blockId, query) };
  },
  'slack/close': async ({ slack }, body) => {
    slack.modals().close(WHO.parse(body).person);
    return { kind: 'sent' };
  },
  'teams/dialog': async ({ teams }, body) => {
    const { person, data } = TEAMS_DIALOG.parse(body);
    return { kind: 'invoked', outcome: (await teams.dialogs().submitRaw(person, data)).outcome };
  },
  'teams/search': async ({ teams }, body) => {
    const { person, input, query } = TEAMS_SEARCH.parse(body);
    return { choices: await teams.dialogs().search(person, input, query) };
  },
  'teams/messages': async ({ teams }, body) => {
    const { person, conversation, files, text, thread } = SAID.parse(body);
    await teams.say(person, text, {
      conversation: inThread({ conversation, thread }),
      mention: 'typed',
      ...(files.length === 0 ? {} : { files: files.map(receivedFile) }),
    });
    return { kind: 'sent' };
  },
  'teams/actions': async ({ teams }, body) => {
    const { person, message, action } = TEAMS_ACTION.parse(body);
    return shown(await teams.act(person, { message, action: defined(action) }));
  },
  'teams/consent': async ({ teams }, body) => {
    const { person, message, answer } = TEAMS_CONSENT.parse(body);
    return shown(await teams.consent(person, message, answer));
  },
  'teams/shortcuts': async ({ teams }, body) => {
    const { person, shortcut, message, ...place } = TEAMS_SHORTCUT.parse(body);
    if (message !== undefined) return shown(await teams.shortcutOn(person, shortcut, message));
    return shown(await teams.shortcut(person, shortcut, { conversation: inThread(place) }));
  },
  'teams/sign-in': async ({ teams }, body) => {
    const { person, conversation, state } = SIGN_IN.parse(body);
    return shown(await teams.verifyState(person, state, { conversation }));
  },
};

/** How Teams names a thread. */
function inThread(place: { readonly conversation: string; readonly thread?: string | undefined }): string {
  const { conversation, thread } = place;
  return thread === undefined ? conversation : `${conversation};messageid=${thread}`;
}

/** With the modal that the bot has opened for it. */
function sentInSlack(slack: FrontSlack, person: string): object {
  const view = slack.modals().openOf(person);
  return { kind: 'sent', ...(view ? { form: { view, people: PEOPLE } } : {}) };
}

/** Whether an input of a Slack message travels only with the next button. */
function waitsForButton(conversations: Conversations, messageId: string, blockId: string): boolean {
  const messages = conversations.all().flatMap((conversation) => conversation.messages);
  const native = SLACK_BLOCKS.safeParse(messages.find(({ id }) => id === messageId)?.native);
  const block = native.data?.blocks.find((candidate) => candidate.block_id === blockId);
  return block?.type === 'input' && block.dispatch_action !== true;
}

/** Answers a POST of the page with what the client would show; 400 says what the client would not have sent. */
export async function handlePost(
  options: ApiOptions,
  call: { readonly name: string; readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { name, request, response } = call;
  const handler = Object.entries(HANDLERS).find(([path]) => path === name)?.[1];
  if (!handler) return sendJson(response, 404, { body: { error: 'There is nothing here.' } });
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return sendJson(response, 415, { body: { error: 'Send JSON.' } });
  }
  const bytes = await readBody(request, BODY_LIMIT);
  if (!bytes) return sendJson(response, 413, { body: { error: 'That is too long.' } });
  try {
    sendJson(response, 200, { body: await handler(options, parseJson(bytes.toString('utf8'))) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    sendJson(response, 400, { body: { error: message } });
  }
}

/** Without the HTTP details: the page shows what a person sees. */
function shown(result: PressResult): unknown {
  if (result.kind === 'invoked') return { kind: 'invoked', outcome: result.outcome };
  return result.kind === 'sent' ? { kind: 'sent' } : result;
}

/** Without properties that are undefined. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(value));
}
