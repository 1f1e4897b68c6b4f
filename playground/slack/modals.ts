import type { Person } from '../people.js';
import type { ApiWorld } from './api-call.js';
import { isRecord } from './block-checks.js';
import type { Delivery } from './delivery.js';
import { chosenState, findElement, optionsOf, type PlacedElement, stateValues } from './elements.js';
import type { SentFile } from './files.js';
import { viewSubmission, viewSuggestion } from './payloads.js';
import type { Block, RecordedRequest } from './types.js';

const FORM = 'application/x-www-form-urlencoded';

/** What a person chose, typed or uploaded, by block id. `true` ticks the boxes of checkboxes. */
export type ModalValues = Readonly<Record<string, string | boolean | readonly SentFile[]>>;

interface Submitted {
  readonly request: RecordedRequest;
  /** What the modal shows below its fields, by block id; empty when it has closed. */
  readonly errors: Readonly<Record<string, string>>;
}

/** The modals in people's clients: one each. */
export class SlackModals {
  readonly #world: ApiWorld;
  readonly #delivery: Delivery;
  readonly #suggested = new Map<string, readonly Block[]>();
  readonly #errors = new Map<string, Readonly<Record<string, string>>>();

  constructor(world: ApiWorld, delivery: Delivery) {
    this.#world = world;
    this.#delivery = delivery;
  }

  openOf(personId: string): Block | undefined {
    return this.#world.modals.get(this.#world.workspace.personById(personId).slackUserId);
  }

  /** What the modal shows below its fields, by block id. */
  errorsOf(personId: string): Readonly<Record<string, string>> {
    return this.#errors.get(personId) ?? {};
  }

  close(personId: string): void {
    this.#errors.delete(personId);
    this.#world.modals.delete(this.#world.workspace.personById(personId).slackUserId);
  }

  /** A person sends off what they filled in. Resolves when the bot has answered. */
  async submit(personId: string, values: ModalValues = {}): Promise<Submitted> {
    const { person, userTeam, view, blocks } = this.#opened(personId);
    const unknown = Object.keys(values).find((id) => !blocks.some((block) => block['block_id'] === id));
    if (unknown !== undefined) throw new Error(`The modal has no block ${unknown}`);
    const state = stateValues(blocks, (placed) => this.#filled(person, placed, values[placed.blockId]));
    const empty = blocks.find((block) => block['optional'] !== true && isEmpty(state[String(block['block_id'])]));
    if (empty) throw new Error(`The client does not send: ${String(empty['block_id'])} is required`);
    const payload = viewSubmission({ person, userTeam, view, values: state, triggerId: this.#world.triggers.issue() });
    const request = await this.#delivery.sendSigned('interaction', formOf(payload), FORM);
    const errors = errorsOf(request);
    this.#errors.set(personId, errors);
    if (request.status === 200 && Object.keys(errors).length === 0) this.close(personId);
    return { request, errors };
  }

  /** A person types in a menu whose options come from the bot. */
  async suggest(personId: string, blockId: string, query: string): Promise<readonly Block[]> {
    const { person, userTeam, view, blocks } = this.#opened(personId);
    const placed = findElement(blocks, { blockId });
    const payload = viewSuggestion({ person, userTeam, view, placed, query });
    const request = await this.#delivery.sendSigned('suggestion', formOf(payload), FORM);
    const answer: unknown = request.status === 200 ? JSON.parse(request.responseBody) : undefined;
    const options = isRecord(answer) ? optionsOf(answer) : [];
    this.#suggested.set(keyOf(person, placed), options);
    return options;
  }

  #filled(person: Person, placed: PlacedElement, value: ModalValues[string] | undefined): Block | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'object') {
      const { files } = this.#world;
      const uploaded = value.map((file) => files.told(files.upload(person.slackUserId, file)));
      return { type: placed.type, files: uploaded };
    }
    if (typeof value === 'boolean')
      return { type: placed.type, selected_options: value ? optionsOf(placed.element) : [] };
    const offered = this.#suggested.get(keyOf(person, placed)) ?? optionsOf(placed.element);
    return value === '' ? undefined : chosenState(placed, value, offered);
  }

  #opened(personId: string) {
    const person = this.#world.workspace.personById(personId);
    const view = this.openOf(personId);
    if (!view) throw new Error(`${personId} has no modal open`);
    const listed = view['blocks'];
    const blocks = Array.isArray(listed) ? listed.filter(isRecord) : [];
    return { person, userTeam: this.#world.workspace.teamOf(person.slackUserId), view, blocks };
  }
}

function isEmpty(actions: Readonly<Record<string, Block>> | undefined): boolean {
  return Object.values(actions ?? {}).every((element) =>
    Object.entries(element).every(([key, held]) => key === 'type' || held === null || held === ''),
  );
}

function errorsOf(request: RecordedRequest): Readonly<Record<string, string>> {
  if (request.status !== 200 || request.responseBody.trim() === '') return {};
  const answer: unknown = JSON.parse(request.responseBody);
  if (!isRecord(answer) || answer['response_action'] !== 'errors' || !isRecord(answer['errors'])) return {};
  return Object.fromEntries(Object.entries(answer['errors']).map(([id, message]) => [id, String(message)]));
}

function keyOf(person: Person, placed: PlacedElement): string {
  return JSON.stringify([person.id, placed.blockId, placed.actionId]);
}

function formOf(payload: Block): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
