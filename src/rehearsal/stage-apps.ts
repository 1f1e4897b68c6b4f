import type { ActionCall } from '../connectors/action-call.js';
import { appError } from '../connectors/app-error.js';
import { performAction } from '../connectors/perform-action.js';
import { isJsonType } from '../connectors/read-body.js';
import { BehalfError } from '../kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../kernel/http-client.port.js';
import type { YamlPath } from '../language/yaml-document.js';
import { compare, type Failure } from './judge-replies.js';
import type { MockedAction } from './recipe-test.js';
import { carriedFile, formOf } from './stage-files.js';
import { withTokenFields } from './stage-token.js';

type Call = Omit<ActionCall, 'http'>;

/** The apps of one test: each call takes the next answer that the test has for its action. */
export class StageApps {
  readonly failures: Failure[] = [];
  readonly #left: { readonly mock: MockedAction; readonly path: YamlPath }[];
  readonly #path: YamlPath;
  readonly #slotOf: (call: Call) => string;

  /** `slotOf`: the slot of the recipe that a call goes to. */
  constructor(actions: readonly MockedAction[], path: YamlPath, slotOf: (call: Call) => string) {
    this.#left = actions.map((mock, index) => ({ mock, path: [...path, index] }));
    this.#path = path;
    this.#slotOf = slotOf;
  }

  /** In place of the real call; fails as the real one would. */
  async perform(call: Call): Promise<unknown> {
    const name = `${this.#slotOf(call)}.${call.action.name}`;
    const index = this.#left.findIndex(({ mock }) => mock.action === name);
    const [next] = index < 0 ? [] : this.#left.splice(index, 1);
    if (!next) {
      const message = `the recipe calls ${name} once more than the test has answers for it`;
      this.failures.push(...compare(message, undefined, call.input, this.#path));
      throw new BehalfError('app.unexpected_answer', `The test has no answer for ${name}`);
    }
    const { mock, path } = next;
    if (mock.input) this.failures.push(...compare('the input differs', mock.input, call.input, [...path, 'input']));
    const used = [next];
    const wire = new StageWire((count) => {
      if (count > 1 && mock.response) used.push(this.#further(name));
      return answerOf(used.at(-1)?.mock.response ?? { status: 200, headers: {} });
    });
    const credential = await withTokenFields(call);
    const result = await settle(performAction({ ...call, credential, http: wire }));
    for (const [at, one] of used.entries()) await this.#judgeRequest(one.mock, wire.requests[at], one.path);
    if (mock.response) return unwrap(result);
    if (mock.error) throw errorOf(call, mock.error);
    // What the action does with its input is real, also where the test gives the output.
    if (wire.requests.length === 0) return unwrap(result);
    return mock.output ?? {};
  }

  /** The answer to another request of the same call: a further page, or where a redirect leads. */
  #further(name: string): { readonly mock: MockedAction; readonly path: YamlPath } {
    const index = this.#left.findIndex(({ mock }) => mock.action === name && mock.response !== undefined);
    const [next] = index < 0 ? [] : this.#left.splice(index, 1);
    if (next) return next;
    this.failures.push({ path: this.#path, message: `${name} asks for one more page than the test has responses for` });
    throw new BehalfError('app.unexpected_answer', `The test has no further answer for ${name}`);
  }

  /** Answers that nobody asked for. */
  finish(): readonly Failure[] {
    return this.#left.map(({ mock, path }) => ({
      path: [...path, 'action'],
      message: `${mock.action} was not called`,
    }));
  }

  async #judgeRequest(
    { request: expected }: MockedAction,
    made: OutgoingRequest | undefined,
    path: YamlPath,
  ): Promise<void> {
    if (!expected) return;
    const place = [...path, 'request'];
    if (!made) {
      this.failures.push({ path: place, message: 'no request could be made of the input' });
      return;
    }
    const url = new URL(made.url);
    const { body, file, headers, method, path: pathname, query } = expected;
    const carried = file && { ...(await carriedFile(made)) };
    const found = {
      ...(method === undefined ? {} : { method: made.method }),
      ...(pathname === undefined ? {} : { path: url.pathname }),
      ...(query === undefined ? {} : { query: Object.fromEntries(url.searchParams) }),
      ...(headers === undefined ? {} : { headers: pick(made.headers ?? {}, Object.keys(headers)) }),
      ...(body === undefined ? {} : { body: await bodyOf(made) }),
      ...(file === undefined ? {} : { file: someOf(carried ?? {}, Object.keys(file)) }),
    };
    this.failures.push(...compare('the request differs', expected, found, place));
  }
}

/** Notes what would be sent, and asks for the answer to each. */
class StageWire implements HttpClient {
  readonly requests: OutgoingRequest[] = [];
  readonly #answer: (count: number) => IncomingResponse;

  constructor(answer: (count: number) => IncomingResponse) {
    this.#answer = answer;
  }

  async request(request: OutgoingRequest): Promise<IncomingResponse> {
    this.requests.push(request);
    return this.#answer(this.requests.length);
  }

  async close(): Promise<void> {}
}

function answerOf(response: NonNullable<MockedAction['response']>): IncomingResponse {
  const { body, headers, status } = response;
  const isText = typeof body === 'string';
  return {
    status,
    headers: { 'content-type': isText ? 'text/plain' : 'application/json', ...lowerCase(headers) },
    body: Buffer.from(body === undefined ? '' : isText ? body : JSON.stringify(body)),
  };
}

async function bodyOf(request: OutgoingRequest): Promise<unknown> {
  const form = await formOf(request);
  if (form) return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
  const { body, headers = {} } = request;
  const text = typeof body === 'string' ? body : Buffer.from(body ?? []).toString('utf8');
  if (isJsonType(headers['content-type'] ?? '')) return JSON.parse(text);
  if (headers['content-type'] === 'application/x-www-form-urlencoded')
    return Object.fromEntries(new URLSearchParams(text));
  return text;
}

function errorOf(call: Call, errorClass: NonNullable<MockedAction['error']>): BehalfError {
  const { account, action, credential, parent } = call;
  return appError(
    { kind: 'error', class: errorClass, answer: { status: 0, headers: {}, body: undefined } },
    { parent, credential, purpose: action.title, action: action.name, account },
  );
}

type Settled = { readonly kind: 'ok'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

async function settle(work: Promise<unknown>): Promise<Settled> {
  try {
    return { kind: 'ok', value: await work };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function unwrap(settled: Settled): unknown {
  if (settled.kind === 'failed') throw settled.error;
  return settled.value;
}

function someOf(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function pick(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.map((name) => [name, headers[name.toLowerCase()]]));
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
