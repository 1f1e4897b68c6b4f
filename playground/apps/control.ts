import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type AccountDirectory, sameText } from './accounts.js';
import type { AppDefinition } from './app-definition.js';
import type { Faults } from './faults.js';
import { failure, type Reply, readJson } from './http.js';
import type { IdentityProvider } from './identity-provider.js';

/** The parts of an app that its control interface shows and changes. */
export interface ControlTarget {
  readonly app: AppDefinition;
  readonly accounts: AccountDirectory;
  readonly identity: IdentityProvider;
  readonly faults: Faults;
  readonly apiCalls: Map<string, number>;
  readonly controlToken: string | undefined;
}

const Person = z.strictObject({ username: z.string() });
const AccountChange = z.strictObject({
  username: z.string(),
  mayCreate: z.boolean().optional(),
  emailVerified: z.boolean().optional(),
  email: z.string().optional(),
});
const ApiFaultChange = z.strictObject({
  delayMs: z.int().min(0).optional(),
  failNext: z.int().min(0).optional(),
  status: z.union([z.literal(500), z.literal(502), z.literal(503), z.literal(429)]).optional(),
  loseNext: z.int().min(0).optional(),
});
const TokenFaultOrder = z.strictObject({
  kind: z.enum(['error', 'html', 'slow', 'lost']),
  times: z.int().min(1).default(1),
  status: z.int().min(200).max(599).default(500),
  delayMs: z.int().min(0).default(0),
});

type Action = (target: ControlTarget, body: unknown) => Reply;

const READS: Readonly<Record<string, (target: ControlTarget) => unknown>> = {
  '/control/records': (target) => target.app.records(),
  '/control/accounts': (target) => target.accounts.list(),
  '/control/revocations': (target) => target.identity.revocations,
  '/control/counts': (target) => ({
    tokenCalls: target.identity.tokenCalls,
    apiCalls: {
      total: [...target.apiCalls.values()].reduce((sum, count) => sum + count, 0),
      byRoute: Object.fromEntries(target.apiCalls),
    },
  }),
};

const ACTIONS: Readonly<Record<string, Action>> = {
  '/control/revoke': order(Person, (target, { username }) => ok({ grants: target.identity.revokeAll(username) })),
  '/control/expire': order(Person, (target, { username }) =>
    ok({ tokens: target.identity.expireAccessTokens(username) }),
  ),
  '/control/account': order(AccountChange, (target, { username, ...change }) => {
    const account = target.accounts.change(username, withoutUndefined(change));
    return account ? ok(account) : failure(404, 'not_found', `There is no account ${username}`);
  }),
  '/control/api-fault': order(ApiFaultChange, (target, change) => {
    target.faults.setApi(withoutUndefined(change));
    return ok({});
  }),
  '/control/token-fault': order(TokenFaultOrder, (target, fault) => {
    target.faults.setToken(fault);
    return ok({});
  }),
  '/control/reset': order(z.strictObject({}), (target) => {
    target.faults.reset();
    target.app.reset();
    target.accounts.reset();
    target.apiCalls.clear();
    target.identity.resetCounts();
    for (const { username } of target.accounts.list()) target.identity.revokeAll(username);
    return ok({});
  }),
};

/**
 * The control interface of an app, for tests and demonstrations: what happened, and what shall go wrong.
 * With a control token set it wants that as a bearer token; else it answers this machine only.
 */
export async function handleControl(target: ControlTarget, url: URL, request: IncomingMessage): Promise<Reply> {
  if (!mayControl(target, request)) return failure(403, 'forbidden', 'The control interface is not for you');
  if (request.method === 'GET') {
    const read = READS[url.pathname];
    return read ? ok(read(target)) : failure(404, 'not_found', 'There is no such control');
  }
  // A page of another site can post a form here, but no JSON.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return failure(415, 'unsupported_media_type', 'Send JSON');
  }
  const action = request.method === 'POST' ? ACTIONS[url.pathname] : undefined;
  if (!action) return failure(404, 'not_found', 'There is no such control');
  const json = await readJson(request);
  return json.kind === 'failed' ? json.reply : action(target, json.value);
}

function mayControl(target: ControlTarget, request: IncomingMessage): boolean {
  if (target.controlToken !== undefined) {
    return sameText(request.headers.authorization ?? '', `Bearer ${target.controlToken}`);
  }
  const address = request.socket.remoteAddress ?? '';
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

function order<Schema extends z.ZodType>(
  schema: Schema,
  carryOut: (target: ControlTarget, body: z.output<Schema>) => Reply,
): Action {
  return (target, body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) return failure(422, 'invalid_input', z.prettifyError(parsed.error));
    return carryOut(target, parsed.data);
  };
}

function ok(json: unknown): Reply {
  return { status: 200, json };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T>;
function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
