import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountDirectory } from './accounts.js';
import { type Reply, readBody, send } from './http.js';
import type { IdentityProvider } from './identity-provider.js';
import { type Brand, consentPage, errorPage, loginPage } from './pages.js';

export interface InteractionParts {
  readonly identity: IdentityProvider;
  readonly accounts: AccountDirectory;
  readonly brand: Brand;
}

type Interaction = Awaited<ReturnType<IdentityProvider['provider']['interactionDetails']>>;

interface Step extends InteractionParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly interaction: Interaction;
  readonly clientName: string;
}

/**
 * The login and consent pages: `GET /interaction/<id>` shows the one that is due, its forms post to `…/login`,
 * `…/switch` and `…/consent`. Both end in one result, so the provider is resumed once.
 */
export async function handleInteraction(
  parts: InteractionParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await parts.identity.provider.interactionDetails(request, response).catch(() => undefined);
  if (!interaction) {
    const message = 'This login has expired, or was started in another browser.';
    send(response, { status: 400, page: errorPage(parts.brand, message) });
    return;
  }
  const client = await parts.identity.provider.Client.find(String(interaction.params['client_id']));
  const step: Step = { ...parts, request, response, interaction, clientName: client?.clientName ?? 'an application' };
  const action = new URL(request.url ?? '/', 'http://app').pathname.split('/')[3];
  // Also at the addresses of the forms: somebody reloads.
  if (request.method === 'GET') return show(step);
  if (request.method === 'POST' && action === 'login') return logIn(step);
  if (request.method === 'POST' && action === 'switch') return switchAccount(step);
  if (request.method === 'POST' && action === 'consent') return decide(step);
  send(response, { status: 404, page: errorPage(parts.brand, 'There is no such page.') });
}

function show(step: Step): void {
  const account = loggedIn(step);
  if (!account) {
    send(step.response, login(step, { username: suggestedUsername(step) }));
    return;
  }
  const page = consentPage(step.brand, {
    action: `${path(step)}/consent`,
    switchAction: `${path(step)}/switch`,
    clientName: step.clientName,
    account,
    scopes: String(step.interaction.params['scope'] ?? '').split(' '),
  });
  send(step.response, { status: 200, page });
}

async function logIn(step: Step): Promise<void> {
  const form = await readForm(step.request);
  const username = form.get('username') ?? '';
  const account = step.accounts.authenticate(username, form.get('password') ?? '');
  if (!account) {
    send(step.response, login(step, { username, problem: 'Unknown username or wrong password.' }));
    return;
  }
  await remember(step, { login: { accountId: account.id, amr: ['pwd'] } });
}

async function switchAccount(step: Step): Promise<void> {
  await remember(step, {});
}

async function decide(step: Step): Promise<void> {
  const form = await readForm(step.request);
  const account = loggedIn(step);
  if (!account) {
    redirect(step.response, path(step));
    return;
  }
  const { provider } = step.identity;
  if (form.get('decision') !== 'allow') {
    const result = { error: 'access_denied', error_description: 'The person denied the request' };
    await provider.interactionFinished(step.request, step.response, result, { mergeWithLastSubmission: false });
    return;
  }
  const grant = new provider.Grant({ accountId: account.id, clientId: String(step.interaction.params['client_id']) });
  grant.addOIDCScope(String(step.interaction.params['scope'] ?? ''));
  const grantId = await grant.save();
  const result = { login: { accountId: account.id, amr: ['pwd'] }, consent: { grantId } };
  await provider.interactionFinished(step.request, step.response, result, { mergeWithLastSubmission: false });
}

/** Keeps an intermediate result in the interaction and shows what is due next. */
async function remember(step: Step, result: { login?: { accountId: string; amr: string[] } }): Promise<void> {
  const options = { mergeWithLastSubmission: false };
  await step.identity.provider.interactionResult(step.request, step.response, result, options);
  redirect(step.response, path(step));
}

function loggedIn(step: Step) {
  const accountId = step.interaction.result?.login?.accountId;
  return accountId === undefined ? undefined : step.accounts.byId(accountId);
}

function login(step: Step, state: { username: string; problem?: string }): Reply {
  const page = loginPage(step.brand, {
    action: `${path(step)}/login`,
    clientName: step.clientName,
    accounts: step.accounts.list(),
    ...state,
  });
  return { status: state.problem ? 401 : 200, page };
}

function suggestedUsername(step: Step): string {
  const picked = new URL(step.request.url ?? '/', 'http://app').searchParams.get('username');
  const wanted = picked ?? String(step.interaction.params['login_hint'] ?? '');
  return step.accounts.byLogin(wanted)?.username ?? '';
}

function path(step: Step): string {
  return `/interaction/${step.interaction.uid}`;
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store', 'content-length': '0' });
  response.end();
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const body = await readBody(request);
  return new URLSearchParams(body.kind === 'text' ? body.text : '');
}
