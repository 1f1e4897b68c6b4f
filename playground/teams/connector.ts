import type { Person } from '../people.js';
import { ADAPTIVE_CARD, checkCard } from './cards.js';
import type { Chats, Place } from './chats.js';
import { badArgument, type ConnectorError, ERRORS } from './faults.js';
import { fileMistake } from './file-consent.js';
import {
  ACTIVITY,
  type AccountOverrides,
  type BotActivity,
  type CardFinding,
  CONVERSATION,
  RESOURCE,
  type SeenMessage,
  TARGETED,
} from './types.js';

/** 100 KB in UTF-16 (learn.microsoft.com, "Format your bot messages"). */
const MESSAGE_LIMIT = 100 * 1024;
/** Activities that are accepted and leave no message behind. */
const FLEETING = new Set(['typing', 'trace']);

export interface ConnectorRequest {
  readonly method: string;
  /** Decoded segments after `/v3/`. */
  readonly segments: readonly string[];
  readonly body: unknown;
  /** `isTargetedActivity`: a message that only its recipient sees. */
  readonly targeted?: boolean;
}

export type ConnectorAnswer =
  | { readonly kind: 'ok'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'error'; readonly error: ConnectorError };

interface ConnectorOptions {
  readonly chats: Chats;
  readonly people: readonly Person[];
  readonly tenantId: string;
  readonly serviceUrl: () => string;
  readonly accountOf: (person: Person) => AccountOverrides;
  readonly onCard: (findings: readonly CardFinding[], card: unknown) => void;
}

/** The Bot Connector's REST API, after the bearer token was checked. */
export class Connector {
  readonly #options: ConnectorOptions;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  answer(request: ConnectorRequest): ConnectorAnswer {
    const [resource, conversationId, part, id, ...rest] = request.segments;
    if (resource !== 'conversations' || rest.length > 0) return failed(ERRORS.conversationNotFound);
    if (conversationId === undefined) return this.#createConversation(request.body);
    const place = this.#options.chats.find(conversationId);
    if (!place) return failed(ERRORS.conversationNotFound);
    if (!this.#options.chats.hasBot(place.chat)) return failed(ERRORS.botNotInRoster);
    if (part === 'activities') return this.#activities(request, place, id);
    if (part === 'members' && id !== undefined) return this.#member(place, id);
    if (part === 'members') return ok(200, this.#members(place));
    if (part === 'pagedmembers') return ok(200, { members: this.#members(place) });
    return failed(badArgument('Unknown resource'));
  }

  #activities(
    { method, body, targeted = false }: ConnectorRequest,
    place: Place,
    id: string | undefined,
  ): ConnectorAnswer {
    if (method === 'POST' && targeted) return this.#sendTargeted(place, body);
    if (method === 'POST') return this.#send(place, body, id);
    if (id === undefined) return failed(badArgument('No activity id'));
    const message = this.#options.chats.message(id);
    if (message?.conversationId !== place.chat.id) return failed(ERRORS.activityNotFound);
    if (targeted !== (message.onlyFor !== undefined)) return failed(ERRORS.activityNotFound);
    if (message.author !== 'bot') return failed(ERRORS.notYours);
    if (method === 'PUT') return this.#update(message, body);
    if (method !== 'DELETE') return failed(badArgument('Unknown method'));
    this.#options.chats.remove(message);
    return ok(200);
  }

  /** Only in conversations of several, for one of them (learn.microsoft.com, "Send and receive targeted messages"). */
  #sendTargeted(place: Place, body: unknown): ConnectorAnswer {
    const recipient = TARGETED.safeParse(body).data?.recipient.id;
    const person = place.chat.people.find(({ teamsUserId }) => teamsUserId === recipient);
    if (place.chat.kind === 'personal') return failed(badArgument('Targeted messages are not for 1:1 chats'));
    if (!person) return failed(badArgument('The recipient is not a member of the conversation'));
    return this.#send(place, body, undefined, person.id);
  }

  #send(place: Place, body: unknown, replyTo: string | undefined, onlyFor?: string): ConnectorAnswer {
    const judged = this.#judge(body, place.chat.kind === 'personal');
    if (judged.kind === 'error') return judged;
    const { chats } = this.#options;
    const id = chats.nextId();
    if (FLEETING.has(judged.activity.type)) return ok(201, { id });
    const repliedTo = replyTo === undefined ? undefined : chats.message(replyTo);
    if (replyTo !== undefined && !repliedTo && place.chat.kind === 'channel') return failed(ERRORS.activityNotFound);
    const threadId =
      place.threadId ?? (place.chat.kind === 'channel' ? (repliedTo?.threadId ?? repliedTo?.id) : undefined);
    const thread = threadId === undefined ? {} : { threadId };
    const only = onlyFor === undefined ? {} : { onlyFor };
    chats.post({ chat: place.chat, ...thread }, { id, author: 'bot', activity: judged.activity, ...only });
    return ok(201, { id });
  }

  #update(message: SeenMessage, body: unknown): ConnectorAnswer {
    const place = this.#options.chats.find(message.conversationId);
    const judged = this.#judge(body, place?.chat.kind === 'personal');
    if (judged.kind === 'error') return judged;
    this.#options.chats.edit(message, judged.activity);
    return ok(200, { id: message.id });
  }

  /** What Teams refuses: unknown types, empty and oversized messages, broken cards. */
  #judge(
    body: unknown,
    isPersonal: boolean,
  ): { kind: 'error'; error: ConnectorError } | { kind: 'activity'; activity: BotActivity } {
    if (Buffer.byteLength(JSON.stringify(body ?? null), 'utf16le') > MESSAGE_LIMIT) return failed(ERRORS.tooBig);
    const parsed = ACTIVITY.safeParse(body);
    if (!parsed.success) return failed({ ...badArgument('Bad syntax'), code: 'BadSyntax' });
    const activity = parsed.data;
    if (FLEETING.has(activity.type)) return { kind: 'activity', activity };
    if (activity.type !== 'message') return failed(badArgument('Unknown activity type'));
    const attachments = activity.attachments ?? [];
    if (!activity.text && attachments.length === 0) return failed(badArgument('The message has neither text nor card'));
    const mistake = fileMistake(activity, isPersonal);
    if (mistake !== undefined) return failed(badArgument(mistake));
    for (const attachment of attachments) {
      if (attachment.contentType !== ADAPTIVE_CARD) continue;
      const findings = checkCard(attachment.content);
      if (findings.length > 0) this.#options.onCard(findings, attachment.content);
      const error = findings.find((finding) => finding.level === 'error');
      if (error) return failed(badArgument(`Invalid adaptive card: ${error.message}`));
    }
    return { kind: 'activity', activity };
  }

  /** `POST /v3/conversations`: the 1:1 chat with a member, or a new thread in a channel. */
  #createConversation(body: unknown): ConnectorAnswer {
    const parsed = CONVERSATION.safeParse(body);
    if (!parsed.success) return failed({ ...badArgument('Bad format of conversation parameters'), code: 'BadSyntax' });
    const { members = [], tenantId, channelData, activity } = parsed.data;
    const { chats, serviceUrl } = this.#options;
    if (channelData?.channel) return this.#createThread(channelData.channel.id, activity);
    const tenant = channelData?.tenant?.id ?? tenantId;
    const [member, ...others] = members;
    if (!member || others.length > 0) return failed(badArgument('Exactly one member makes a 1:1 chat'));
    if (tenant !== this.#options.tenantId) return failed(badArgument('Invalid user identity in provided tenant'));
    const person = this.#personById(member.id);
    if (!person) return failed({ ...badArgument('Bad format of conversation ID'), code: 'BadSyntax' });
    const chat = chats.personal(person.id);
    if (!chats.hasBot(chat)) return failed(ERRORS.notInstalled);
    if (activity !== undefined) {
      const sent = this.#send({ chat }, activity, undefined);
      if (sent.kind === 'error') return sent;
    }
    return ok(201, { id: chat.id, serviceUrl: serviceUrl() });
  }

  #createThread(channelId: string, activity: unknown): ConnectorAnswer {
    const place = this.#options.chats.find(channelId);
    if (place?.chat.kind !== 'channel') return failed(ERRORS.conversationNotFound);
    const sent = this.#send({ chat: place.chat }, activity, undefined);
    if (sent.kind === 'error') return sent;
    const id = RESOURCE.parse(sent.body).id;
    return ok(201, { id: `${place.chat.id};messageid=${id}`, activityId: id, serviceUrl: this.#options.serviceUrl() });
  }

  #personById(id: string): Person | undefined {
    return this.#options.people.find((person) => person.teamsUserId === id || person.aadObjectId === id);
  }

  #members(place: Place): object[] {
    return place.chat.people.map((person) => this.#account(person));
  }

  #member(place: Place, id: string): ConnectorAnswer {
    const person = this.#personById(id);
    if (person && this.#options.accountOf(person).isGone) return failed(ERRORS.memberNotFound);
    const isThere = person && place.chat.people.some((member) => member.id === person.id);
    return isThere ? ok(200, this.#account(person)) : failed(ERRORS.memberNotFound);
  }

  /** TeamsChannelAccount: what `TeamsInfo.getMember` shows. */
  #account(person: Person): object {
    const [givenName = '', surname = ''] = person.name.split(' ');
    const { aadObjectId, email, name, teamsUserId } = person;
    const profile = { name, givenName, surname, email, userPrincipalName: email, userRole: 'user' };
    const { accountOf, tenantId } = this.#options;
    return { id: teamsUserId, aadObjectId, objectId: aadObjectId, ...profile, tenantId, ...accountOf(person) };
  }
}

function ok(status: number, body?: unknown): { kind: 'ok'; status: number; body?: unknown } {
  return { kind: 'ok', status, ...(body === undefined ? {} : { body }) };
}

function failed(error: ConnectorError): { kind: 'error'; error: ConnectorError } {
  return { kind: 'error', error };
}
