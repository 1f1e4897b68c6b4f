import type {
  PlaygroundConversation,
  PlaygroundFile,
  PlaygroundMessage,
  PlaygroundPlatform,
} from '../conversations.js';
import type { PlaygroundEntries, PlaygroundShortcut } from '../entries.js';
import type { PageFile } from '../front/sent-files.js';
import type { Person } from '../people.js';
import type { Json } from './values.js';

export type {
  PageFile,
  Person,
  PlaygroundConversation,
  PlaygroundEntries,
  PlaygroundFile,
  PlaygroundMessage,
  PlaygroundPlatform,
  PlaygroundShortcut,
};

export interface Creator {
  readonly username: string;
  readonly name: string;
}

export interface Opportunity {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly amount: number | null;
  readonly stage: string;
  readonly created_by: Creator;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly created_by: Creator;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly url: string;
  readonly owner: Creator;
}

/** `GET /playground/api/state`: everything that one person sees. */
export interface PlaygroundState {
  readonly person: Person;
  readonly people: readonly Person[];
  readonly conversations: readonly PlaygroundConversation[];
  readonly crm: { readonly opportunities: readonly Opportunity[]; readonly notes: readonly Note[] };
  readonly files: readonly StoredFile[];
  /** Opens the callable recipes to programs. */
  readonly programKey: string;
  /** Slash commands and shortcuts of the recipes. */
  readonly entries: PlaygroundEntries;
  /** The view in the person's Home tab of the app in Slack; absent before the first was published. */
  readonly slackHome?: Json;
}

export interface TeamsAction {
  readonly type: 'Action.Execute' | 'Action.Submit';
  readonly title?: string;
  readonly id?: string;
  readonly verb?: string;
  readonly data?: unknown;
}

export interface SlackForm {
  readonly view: Readonly<Record<string, unknown>>;
  readonly people: readonly Person[];
}

export interface TeamsChoice {
  readonly title: string;
  readonly value: string;
}

export interface TeamsOutcome {
  readonly kind: string;
  readonly text?: string;
  /** Of a dialog. */
  readonly title?: string;
  readonly card?: unknown;
}

/** What a client shows after an action, beside changed messages. */
export type ActionResult =
  /** `form`: a modal has opened in Slack. */
  | { readonly kind: 'sent'; readonly form?: SlackForm }
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'sign-in'; readonly url: string }
  | { readonly kind: 'invoked'; readonly outcome: TeamsOutcome };

export type Chosen = string | readonly string[];

export interface SlackAction {
  readonly message: string;
  readonly blockId: string;
  readonly actionId: string;
  readonly selected?: Chosen;
  readonly state?: Readonly<Record<string, Readonly<Record<string, Chosen>>>>;
}

export interface SlackHomeAction {
  readonly blockId: string;
  readonly actionId: string;
  readonly selected?: string;
}

/** Where something is written: in a conversation, or in the thread of one of its messages. */
export interface Place {
  readonly conversation: string;
  readonly thread?: string;
}

/** What a field of a modal in Slack holds. */
export type FieldValue = string | boolean | readonly PageFile[];

/** Everything that one person can do. Every call rejects with a sentence when the playground refuses. */
export interface PersonApi {
  say(platform: PlaygroundPlatform, place: Place, text: string, files: readonly PageFile[]): Promise<void>;
  /** `command` with its slash. */
  slackCommand(conversation: string, command: string, text: string): Promise<ActionResult>;
  /** `message`: chosen in its menu; else beside the message field. */
  slackShortcut(shortcut: string, message: string | undefined): Promise<ActionResult>;
  slackAction(action: SlackAction): Promise<ActionResult>;
  slackSubmit(
    values: Readonly<Record<string, FieldValue>>,
  ): Promise<{ readonly errors: Readonly<Record<string, string>> }>;
  /** What a menu of the open modal offers for what was typed. */
  slackSuggest(blockId: string, query: string): Promise<{ readonly options: readonly Json[] }>;
  slackClose(): Promise<ActionResult>;
  /** The person goes to their Home tab. */
  slackHome(): Promise<ActionResult>;
  slackHomeAction(action: SlackHomeAction): Promise<ActionResult>;
  teamsSubmit(data: unknown): Promise<ActionResult>;
  /** What an input of the open dialog offers for what was typed. */
  teamsSearch(input: string, query: string): Promise<{ readonly choices: readonly TeamsChoice[] }>;
  /** `message`: chosen in its menu; else beside the message field at that place. */
  teamsShortcut(shortcut: string, place: Place, message: string | undefined): Promise<ActionResult>;
  teamsAction(message: string, action: TeamsAction): Promise<ActionResult>;
  /** Allows the file that a message offers, or does not. */
  teamsConsent(message: string, answer: 'accept' | 'decline'): Promise<ActionResult>;
  teamsSignIn(conversation: string, state: string): Promise<ActionResult>;
}

async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`/playground/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(typeof answer?.error === 'string' ? answer.error : 'The playground refused that.');
  return answer;
}

export function apiOf(person: string): PersonApi {
  return {
    say: (platform, place, text, files) => post(`${platform}/messages`, { person, ...place, text, files }),
    slackCommand: (conversation, command, text) => post('slack/commands', { person, conversation, command, text }),
    slackShortcut: (shortcut, message) => post('slack/shortcuts', { person, shortcut, message }),
    slackAction: (action) => post('slack/actions', { person, ...action }),
    slackSubmit: (values) => post('slack/form', { person, values }),
    slackSuggest: (blockId, query) => post('slack/suggest', { person, blockId, query }),
    slackClose: () => post('slack/close', { person }),
    slackHome: () => post('slack/home', { person }),
    slackHomeAction: (action) => post('slack/home-actions', { person, ...action }),
    teamsSubmit: (data) => post('teams/dialog', { person, data }),
    teamsSearch: (input, query) => post('teams/search', { person, input, query }),
    teamsShortcut: (shortcut, place, message) => post('teams/shortcuts', { person, shortcut, ...place, message }),
    teamsAction: (message, action) => post('teams/actions', { person, message, action }),
    teamsConsent: (message, answer) => post('teams/consent', { person, message, answer }),
    teamsSignIn: (conversation, state) => post('teams/sign-in', { person, conversation, state }),
  };
}

export async function fetchState(person: string): Promise<PlaygroundState> {
  const response = await fetch(`/playground/api/state?person=${encodeURIComponent(person)}`);
  if (!response.ok) throw new Error('The playground does not answer.');
  return response.json();
}
