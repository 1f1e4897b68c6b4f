import type { TokenApp } from '../../src/connections/parent-connection.js';

/** A form for an endpoint that wants to know the client. */
export interface ClientForm {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Puts the client's credentials into the header or the form, as the app wants them (RFC 6749 section 2.3.1). */
export function authenticatedForm(app: TokenApp, parameters: Readonly<Record<string, string>>): ClientForm {
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams(parameters);
  const secret = app.clientSecret?.reveal();
  if (app.clientAuthentication === 'header' && secret !== undefined) {
    const credentials = `${formEncode(app.clientId)}:${formEncode(secret)}`;
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    return { headers: { ...headers, authorization }, body: form.toString() };
  }
  form.set('client_id', app.clientId);
  if (app.clientAuthentication !== 'none' && secret !== undefined) form.set('client_secret', secret);
  return { headers, body: form.toString() };
}

/** `application/x-www-form-urlencoded` of one value: a colon in the id must not end it. */
function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}
