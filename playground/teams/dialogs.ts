import { PEOPLE } from '../people.js';
import { ADAPTIVE_CARD, type CardAction, isRecord, readCard } from './cards.js';
import type { Delivery, InvokeOutcome } from './types.js';

/** People of the organisation: Teams searches them itself. */
const DIRECTORY = 'graph.microsoft.com/users';

/** A dialog (task module) that stands open in somebody's client. */
export interface OpenDialog {
  readonly title: string;
  readonly card: unknown;
  /** Chat that it was opened from. */
  readonly conversation: string;
  /** What it was opened with, where that was a command of the message extension. */
  readonly command?: Readonly<Record<string, unknown>>;
}

/** Sends an invoke of a person from a chat, and applies the answer. */
type Invoke = (
  personId: string,
  conversation: string,
  invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
) => Promise<{ readonly delivery: Delivery; readonly applied: InvokeOutcome }>;

/** The dialogs of all people: one at a time each. */
export class Dialogs {
  readonly #open = new Map<string, OpenDialog>();
  readonly #invoke: Invoke;

  constructor(invoke: Invoke) {
    this.#invoke = invoke;
  }

  openOf(personId: string): OpenDialog | undefined {
    return this.#open.get(personId);
  }

  close(personId: string): void {
    this.#open.delete(personId);
  }

  /** `task/fetch`, for a button that asks for a dialog. */
  async fetch(
    personId: string,
    conversation: string,
    button: { readonly data: unknown; readonly replyToId: string },
  ): Promise<{ readonly delivery: Delivery; readonly outcome: InvokeOutcome }> {
    const value = { data: button.data, context: { theme: 'default' } };
    return this.#show(personId, conversation, { name: 'task/fetch', value, replyToId: button.replyToId });
  }

  /** `composeExtension/fetchTask`, for a command of the message extension; its dialog is sent off as such. */
  async fetchFor(
    personId: string,
    conversation: string,
    value: Readonly<Record<string, unknown>> & { readonly commandId: string },
  ): Promise<{ readonly delivery: Delivery; readonly outcome: InvokeOutcome }> {
    const shown = await this.#show(personId, conversation, { name: 'composeExtension/fetchTask', value });
    const open = this.#open.get(personId);
    if (open && shown.outcome.kind === 'dialog') this.#open.set(personId, { ...open, command: value });
    return shown;
  }

  /** `task/submit` with the inputs as the person filled them in. */
  async submit(
    personId: string,
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ readonly delivery: Delivery; readonly outcome: InvokeOutcome }> {
    const { fields, button } = this.#read(personId);
    const unknown = Object.keys(inputs).find((id) => !fields.some((field) => field.id === id));
    if (unknown !== undefined) throw new Error(`The dialog has no input ${unknown}`);
    const values = Object.fromEntries(fields.map((field) => [field.id, inputs[field.id] ?? field.value]));
    const empty = fields.find((field) => field.required && values[field.id] === '');
    if (empty) throw new Error(`The client does not send: ${empty.id} is required`);
    return this.submitRaw(personId, isRecord(button.data) ? { ...button.data, ...values } : values);
  }

  /** The same with any data. */
  async submitRaw(
    personId: string,
    data: unknown,
  ): Promise<{ readonly delivery: Delivery; readonly outcome: InvokeOutcome }> {
    const { command, conversation } = this.#opened(personId);
    if (command) {
      const value = { ...command, data };
      return this.#show(personId, conversation, { name: 'composeExtension/submitAction', value });
    }
    return this.#show(personId, conversation, {
      name: 'task/submit',
      value: { data, context: { theme: 'default' } },
    });
  }

  /** The person types in an input whose choices the bot gives, or Teams itself where they are people; `skip`: they have those. */
  async search(
    personId: string,
    inputId: string,
    query: string,
    skip = 0,
  ): Promise<readonly { readonly title: string; readonly value: string }[]> {
    const input = this.#read(personId).fields.find((field) => field.id === inputId);
    if (input?.dataset === undefined) throw new Error(`The dialog has no search ${inputId}`);
    if (input.dataset === DIRECTORY) return peopleCalled(query);
    const value = { queryText: query, queryOptions: { skip, top: 15 }, dataset: input.dataset };
    const { conversation } = this.#opened(personId);
    const { delivery } = await this.#invoke(personId, conversation, { name: 'application/search', value });
    const answer = isRecord(delivery.body) ? delivery.body['value'] : undefined;
    const results = isRecord(answer) ? answer['results'] : undefined;
    if (delivery.status !== 200 || !Array.isArray(results)) throw new Error('The bot gave no choices');
    return results.filter(isRecord).map(({ title, value: id }) => ({ title: String(title), value: String(id) }));
  }

  async #show(
    personId: string,
    conversation: string,
    invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
  ): Promise<{ readonly delivery: Delivery; readonly outcome: InvokeOutcome }> {
    const { applied, delivery } = await this.#invoke(personId, conversation, invoke);
    const { command } = this.#open.get(personId) ?? {};
    const again = invoke.name === 'composeExtension/submitAction' && command ? { command } : {};
    if (applied.kind === 'dialog') this.#open.set(personId, { ...applied, conversation, ...again });
    // After a failure the dialog stays, so that what was typed is not lost.
    else if (applied.kind !== 'failed') this.#open.delete(personId);
    return { delivery, outcome: applied };
  }

  #opened(personId: string): OpenDialog {
    const open = this.#open.get(personId);
    if (!open) throw new Error(`${personId} has no dialog open`);
    return open;
  }

  #read(personId: string) {
    const { actions, inputs } = readCard(this.#opened(personId).card);
    const button: CardAction | undefined = actions.find(({ type }) => type === 'Action.Submit');
    if (!button) throw new Error('The dialog has no button that sends it off');
    return { fields: inputs, button };
  }
}

function peopleCalled(query: string): readonly { readonly title: string; readonly value: string }[] {
  const words = query.trim().toLowerCase();
  const found = PEOPLE.filter(({ name }) => name.toLowerCase().includes(words));
  return found.map(({ aadObjectId, name }) => ({ title: name, value: aadObjectId }));
}

/** What a client does with the answer to `task/fetch` and `task/submit`. */
export function judgeTask({ body, status }: Delivery, name: string): InvokeOutcome {
  if (status !== 200) return { kind: 'failed', reason: `the bot answered ${status}` };
  const task = isRecord(body) ? body['task'] : undefined;
  if (!isRecord(task)) {
    return name === 'task/submit' || name === 'composeExtension/submitAction'
      ? { kind: 'quiet' }
      : { kind: 'failed', reason: 'the answer has no task' };
  }
  const { type, value } = task;
  if (type === 'message') return { kind: 'toast', text: String(value) };
  const attachment = isRecord(value) ? value['card'] : undefined;
  if (type !== 'continue' || !isRecord(value) || !isRecord(attachment) || attachment['contentType'] !== ADAPTIVE_CARD) {
    return { kind: 'failed', reason: 'the task is neither a message nor a card' };
  }
  return { kind: 'dialog', title: String(value['title'] ?? ''), card: attachment['content'] };
}
