import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError, type ErrorCode, isBehalfError } from '../kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../kernel/http-client.port.js';
import { unreachableText } from './app-error.js';

/** Whole time for one call of an app, in ms: the person is waiting in the chat. */
const CALL_TIMEOUT_MS = 20_000;

/** Sends a request; failures to reach the app get a text that names it. */
export async function callApp(
  http: HttpClient,
  request: OutgoingRequest,
  context: { readonly parent: ParentConnection; readonly signal?: AbortSignal },
): Promise<IncomingResponse> {
  const { parent, signal } = context;
  try {
    return await http.request({ timeoutMs: CALL_TIMEOUT_MS, ...request, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!isBehalfError(error, 'app.unavailable', 'app.unexpected_answer', 'egress.refused')) throw error;
    throw new BehalfError(error.code, error.message, {
      userText: textOf(error.code, parent),
      details: { ...error.details, connection: parent.name },
    });
  }
}

function textOf(code: ErrorCode, parent: ParentConnection): string {
  switch (code) {
    case 'egress.refused':
      return `I am not allowed to call the address of ${parent.title}. Please tell your administrator.`;
    case 'app.unexpected_answer':
      return `${parent.title} gave an answer that I do not understand.`;
    default:
      return unreachableText(parent);
  }
}
