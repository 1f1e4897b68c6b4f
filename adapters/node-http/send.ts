import type { ServerResponse } from 'node:http';
import type { HttpResponse } from '../../src/kernel/http.js';

/**
 * What every answer says unless its route says otherwise: it is for the one who asked, nothing in it is a page of ours to be
 * framed or run, and no address that led to it is passed on.
 */
const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
/** RFC 6797: a year; for this host alone, since others below it are not ours. */
const HTTPS_ONLY = { 'strict-transport-security': 'max-age=31536000' };

export interface Sender {
  send(outgoing: ServerResponse, response: HttpResponse): void;
  /** Plain words; ends the connection where an answer is on its way already. */
  sendText(outgoing: ServerResponse, status: number, text: string, headers?: Readonly<Record<string, string>>): void;
}

/** Sends answers. `isHttps`: browsers are told to come in no other way. */
export function createSender({ isHttps }: { readonly isHttps: boolean }): Sender {
  const always = isHttps ? { ...ALWAYS, ...HTTPS_ONLY } : ALWAYS;
  const alone: readonly string[] = Object.entries(always).flat();
  const send: Sender['send'] = (outgoing, { body, headers, status }) => {
    // As one list: what is set one by one is looked up, checked and kept one by one before it is written.
    const list: OutgoingList = headers ? withOwn(always, headers) : [...alone];
    if (status !== 204 && status !== 304) list.push('content-length', body ? String(Buffer.byteLength(body)) : '0');
    outgoing.writeHead(status, list).end(body);
  };
  return {
    send,
    sendText(outgoing, status, text, headers = {}) {
      if (outgoing.headersSent) return void outgoing.destroy();
      send(outgoing, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text });
    },
  };
}

/** Names and values in turns. */
type OutgoingList = (string | string[])[];

function withOwn(always: Readonly<Record<string, string>>, own: NonNullable<HttpResponse['headers']>): OutgoingList {
  const all = new Map<string, string | readonly string[]>(Object.entries(always));
  for (const [name, value] of Object.entries(own)) all.set(name.toLowerCase(), value);
  const list: OutgoingList = [];
  for (const [name, value] of all) list.push(name, typeof value === 'string' ? value : [...value]);
  return list;
}
