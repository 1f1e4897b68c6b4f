import { randomUUID } from 'node:crypto';
import type { PlaygroundPlatform } from '../../../playground/conversations.js';
import { isRecord, readCard } from '../../../playground/teams/cards.js';
import type { Heard } from '../../../playground/tour/actors.js';
import type { World } from '../../../playground/world.js';
import type { Player } from './stage.js';

type Json = Readonly<Record<string, unknown>>;

const FORM = 'application/x-www-form-urlencoded';

/** The token behind a button, as a person's client holds it. */
export function tokenOf(world: World, message: Heard, label: string): string {
  const shown = world.conversations.get(message.conversation)?.messages.find(({ id }) => id === message.id);
  const native = isRecord(shown?.native) ? shown.native : {};
  const token = slackTokenIn(native, label) ?? teamsTokenIn(native, label);
  if (token === undefined) throw new Error(`There is no button ${label} in: ${message.text}`);
  return token;
}

/** A client whose owner knows how to press what is not in it. */
export interface ForgingClient {
  /** Presses a button with this token, and with this connection chosen in the picklist beside it. */
  press(token: string, chosen?: string): Promise<void>;
}

/** Takes a click of the person's own as the pattern for others. */
export async function forgingClient(
  world: World,
  player: Player,
  platform: PlaygroundPlatform,
): Promise<ForgingClient> {
  const actor = player[platform];
  await actor.say('help');
  const help = await actor.hears(/What I can do for you/);
  await actor.press(help, 'Personal connections');
  await actor.hears(/Your connections|no personal connections/);
  if (platform === 'teams') {
    return {
      async press(token, chosen) {
        const data = { behalfToken: token, ...(chosen === undefined ? {} : { connection: chosen }) };
        await world.teams.act(actor.id, { message: help.id, action: { type: 'Action.Submit', data } });
      },
    };
  }
  const pattern = world.slack.requests.findLast(({ body, kind }) => kind === 'interaction' && body.includes(help.id));
  const payload: unknown = JSON.parse(new URLSearchParams(pattern?.body).get('payload') ?? '{}');
  return {
    async press(token, chosen) {
      const body = new URLSearchParams({ payload: JSON.stringify(forged(payload, token, chosen)) }).toString();
      await world.slack.sendRaw(body, { 'content-type': FORM, ...world.slack.sign(body) });
    },
  };
}

function forged(payload: unknown, token: string, chosen: string | undefined): Json {
  const genuine = isRecord(payload) ? payload : {};
  const [action] = records(genuine['actions']);
  const option = chosen === undefined ? {} : { selected_option: { value: chosen } };
  return {
    ...genuine,
    trigger_id: randomUUID(),
    actions: [{ ...action, value: token }],
    state: { values: { any: { 'pick:connection': { type: 'static_select', ...option } } } },
  };
}

function slackTokenIn(native: Json, label: string): string | undefined {
  const elements = records(native['blocks']).flatMap((block) => records(block['elements']));
  const button = elements.find(({ text, type }) => type === 'button' && isRecord(text) && text['text'] === label);
  return typeof button?.['value'] === 'string' ? button['value'] : undefined;
}

function teamsTokenIn(native: Json, label: string): string | undefined {
  const actions = records(native['attachments']).flatMap(({ content }) => readCard(content).actions);
  const data = actions.find(({ title }) => title === label)?.data;
  const token = isRecord(data) ? data['behalfToken'] : undefined;
  return typeof token === 'string' ? token : undefined;
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
