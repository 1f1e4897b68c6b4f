import type { Activity as BotActivity } from 'botbuilder';
import { CloudAdapter } from 'botbuilder/lib/cloudAdapter.js';
import type { ConnectorClient } from 'botframework-connector';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { Activity } from './activity.js';
import { ChannelAuthentication } from './authentication.js';
import type { OutgoingActivity } from './cards.js';
import type { Endpoints } from './config.js';
import { ConnectorClients } from './connector.js';
import type { ConnectorTransport } from './connector-transport.js';
import { fieldOf } from './field-of.js';
import type { FileActivity } from './file-consent.js';
import type { ServiceHosts } from './service-hosts.js';
import type { SignInQuestion } from './sign-in-question.js';

interface BotFrameworkOptions {
  readonly appId: string;
  readonly endpoints: Endpoints;
  readonly hosts: ServiceHosts;
  readonly transport: ConnectorTransport;
  readonly clock: Clock;
}

/** Where an activity goes: always together, since the token of the bot goes along. */
export interface Target {
  readonly serviceUrl: string;
  readonly conversationId: string;
  readonly botId: string;
}

/** CloudAdapter without its HTTP side, which would print errors and send their texts to the caller. */
class ChannelAdapter extends CloudAdapter {
  async receive(header: string, activity: BotActivity, logic: () => Promise<void>): Promise<void> {
    await this.processActivity(header, activity, logic);
  }
}

/** All that is used of botbuilder, in our own terms. This module loads it. */
export class BotFramework {
  readonly #adapter: ChannelAdapter;
  readonly #authentication: ChannelAuthentication;
  readonly #clients: ConnectorClients;

  constructor(options: BotFrameworkOptions) {
    this.#clients = new ConnectorClients(options.hosts, options.transport);
    const { appId, clock, endpoints, hosts } = options;
    const clientAt = (serviceUrl: string): ConnectorClient => this.#clients.at(serviceUrl);
    this.#authentication = new ChannelAuthentication({ appId, endpoints, clock, hosts, clientAt });
    this.#adapter = new ChannelAdapter(this.#authentication);
  }

  /**
   * Runs a turn once the token was found good for this activity.
   * @throws BehalfError `chat.request_invalid`; whatever the turn throws
   */
  async receive(header: string, activity: Activity, turn: () => Promise<void>): Promise<void> {
    // What the library makes for a turn (context, clients, middleware) is more work than all else here, and nothing of ours uses it.
    if (this.#authentication.trusts(activity.serviceUrl, header)) return turn();
    // The protocol's own type claims fields that a channel may leave out; the library reads them as they are.
    await this.#adapter.receive(header, activity as Activity & BotActivity, turn);
  }

  /** @returns the id of the message */
  async send(target: Target, activity: OutgoingActivity | FileActivity | SignInQuestion): Promise<string> {
    const { conversationId } = target;
    const sent = await this.#clients
      .at(target.serviceUrl)
      .conversations.sendToConversation(conversationId, addressed(target, activity));
    return idOf(sent);
  }

  /** Shows for a few seconds that the bot is at work. */
  async showTyping(target: Target): Promise<void> {
    const typing = addressed(target, { type: 'typing' });
    await this.#clients.at(target.serviceUrl).conversations.sendToConversation(target.conversationId, typing);
  }

  async update(target: Target, activityId: string, activity: OutgoingActivity | FileActivity): Promise<void> {
    const { conversations } = this.#clients.at(target.serviceUrl);
    await conversations.updateActivity(target.conversationId, activityId, {
      ...addressed(target, activity),
      id: activityId,
    });
  }

  /** In a conversation of several, for one of them alone. `activityId`: replaces that one. @returns the id of the message */
  async sendTargeted(
    target: Target,
    { activityId, recipientId }: { readonly recipientId: string; readonly activityId?: string },
    activity: OutgoingActivity,
  ): Promise<string> {
    const { conversationId, serviceUrl } = target;
    const whole = { ...addressed(target, activity), recipient: { id: recipientId } };
    const client = this.#clients.at(serviceUrl);
    if (activityId === undefined) return idOf(await client.sendTargeted({ conversationId, activity: whole }));
    await client.sendTargeted({ conversationId, activityId, activity: { ...whole, id: activityId } });
    return activityId;
  }

  async remove({ conversationId, serviceUrl }: Target, activityId: string, targeted = false): Promise<void> {
    const client = this.#clients.at(serviceUrl);
    if (targeted) await client.removeTargeted(conversationId, activityId);
    else await client.conversations.deleteActivity(conversationId, activityId);
  }

  /** Opens the 1:1 chat with a person (`29:…` or Entra object id), or finds it. @returns its conversation id */
  async openDirect(
    place: { readonly serviceUrl: string; readonly botId: string; readonly tenantId: string },
    memberId: string,
  ): Promise<string> {
    const { tenantId } = place;
    const created = await this.#clients.at(place.serviceUrl).conversations.createConversation({
      isGroup: false,
      bot: { id: place.botId, name: '' },
      members: [{ id: memberId, name: '' }],
      tenantId,
      channelData: { tenant: { id: tenantId } },
    });
    return idOf(created);
  }

  /** What Teams says of a member, as it says it (TeamsChannelAccount). */
  async member(target: Pick<Target, 'serviceUrl' | 'conversationId'>, memberId: string): Promise<unknown> {
    return this.#clients.at(target.serviceUrl).conversations.getConversationMember(target.conversationId, memberId);
  }
}

function addressed(
  target: Target,
  activity: OutgoingActivity | FileActivity | SignInQuestion | { readonly type: 'typing' },
): BotActivity {
  const whole = { ...activity, from: { id: target.botId }, conversation: { id: target.conversationId } };
  // Only what is in it is sent; the protocol's own type claims more.
  return whole as typeof whole & BotActivity;
}

function idOf(answer: unknown): string {
  const id = fieldOf(answer, 'id');
  if (typeof id === 'string' && id !== '') return id;
  throw new BehalfError('chat.delivery_failed', 'Microsoft Teams did not say what became of a message.');
}
