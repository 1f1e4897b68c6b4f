import type { Person } from '../people.js';
import type { ApiWorld } from './api-call.js';
import { isRecord } from './block-checks.js';
import type { SlackClients } from './clients.js';
import type { Delivery } from './delivery.js';
import {
  chosenState,
  type ElementReference,
  findElement,
  optionsOf,
  type PlacedElement,
  stateValues,
} from './elements.js';
import { homeActions, homeOpenedEvent } from './payloads.js';
import type { Block, RecordedRequest } from './types.js';
import { directChannelOf } from './workspace.js';

const FORM = 'application/x-www-form-urlencoded';

/** Where people are in the app: Slack tells the bot of both with the same event. */
export type HomeTab = 'home' | 'messages';

/**
 * The Home tabs of the app in people's clients. A page shows what {@link SlackHomes.viewOf} gives, calls {@link SlackHomes.open}
 * when its person goes to the tab, and {@link SlackHomes.select} and {@link SlackHomes.press} for what they do there; a view
 * that was published is told of as a change of the person's direct message. A modal that a press opens is in `modals`.
 */
export class SlackHomes {
  readonly #world: ApiWorld;
  readonly #delivery: Delivery;
  readonly #clients: SlackClients;
  readonly #now: () => number;
  readonly #chosen = new Map<string, Block>();

  constructor(parts: {
    readonly world: ApiWorld;
    readonly delivery: Delivery;
    readonly clients: SlackClients;
    readonly now: () => number;
  }) {
    this.#world = parts.world;
    this.#delivery = parts.delivery;
    this.#clients = parts.clients;
    this.#now = parts.now;
  }

  /** The view that was published last for the person, as Slack has it; undefined before the first. */
  viewOf(personId: string): Block | undefined {
    return this.#world.homes.get(this.#world.workspace.personById(personId).slackUserId);
  }

  /** A person goes to a tab of the app. Resolves when the bot has answered the event: it has mostly published by then. */
  open(
    personId: string,
    tab: HomeTab = 'home',
  ): Promise<{ readonly eventId: string; readonly request: RecordedRequest }> {
    const { slackUserId: user } = this.#world.workspace.personById(personId);
    const view = this.#world.homes.get(user);
    const eventTs = this.#timestamp();
    return this.#clients.sendEvent(
      homeOpenedEvent({ user, channel: directChannelOf(user), tab, eventTs, ...(view ? { view } : {}) }),
    );
  }

  /** A person presses a button in their Home tab; link buttons tell the bot, too. */
  async press(personId: string, reference: ElementReference): Promise<RecordedRequest> {
    const placed = findElement(this.#blocksOf(personId), reference);
    if (placed.type !== 'button') throw new Error(`${placed.actionId} is a ${placed.type}, use select`);
    return this.#act(personId, placed);
  }

  /** A person chooses in a menu of their Home tab, by value or label. */
  async select(personId: string, reference: ElementReference, value: string): Promise<RecordedRequest> {
    const placed = findElement(this.#blocksOf(personId), reference);
    const chosen = chosenState(placed, value, optionsOf(placed.element));
    this.#chosen.set(this.#keyOf(personId, placed), chosen);
    return this.#act(personId, placed, chosen);
  }

  async #act(personId: string, placed: PlacedElement, chosen?: Block): Promise<RecordedRequest> {
    const { triggers, workspace } = this.#world;
    const person: Person = workspace.personById(personId);
    const payload = homeActions({
      person,
      userTeam: workspace.teamOf(person.slackUserId),
      view: this.#shownTo(personId),
      placed,
      ...(chosen ? { chosen } : {}),
      values: stateValues(this.#blocksOf(personId), (one) => this.#chosen.get(this.#keyOf(personId, one))),
      triggerId: triggers.issue(person.slackUserId),
      actionTs: this.#timestamp(),
    });
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    return this.#delivery.sendSigned('interaction', body, FORM);
  }

  #shownTo(personId: string): Block {
    const view = this.viewOf(personId);
    if (!view) throw new Error(`nothing has been published in the Home tab of ${personId}`);
    return view;
  }

  #blocksOf(personId: string): readonly Block[] {
    const blocks = this.#shownTo(personId)['blocks'];
    return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
  }

  /** What is chosen stays while the element keeps its ids: a view that is published anew mostly gives new ones. */
  #keyOf(personId: string, { actionId, blockId }: PlacedElement): string {
    return JSON.stringify([personId, blockId, actionId]);
  }

  #timestamp(): string {
    return (this.#now() / 1000).toFixed(6);
  }
}
