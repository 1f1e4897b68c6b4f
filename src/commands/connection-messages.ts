import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText } from '../chat/message.js';
import type { ConnectionStatus } from '../connections/connection.js';
import type { Texts } from '../texts/english.js';
import { reasonText } from '../texts/reason-text.js';

/** One line of `personal_connections`. */
export interface ConnectionView {
  readonly name: string;
  readonly title: string;
  readonly account?: string;
  readonly status: ConnectionStatus;
  readonly reason?: string;
  readonly lastUsedAt?: number;
  /** Login of its own for a connection that is not connected. */
  readonly reconnect?: { readonly url: string; readonly token: string };
}

/** Id of the picklist, and so the key of its value in the action event. */
export const CONNECTION_PICKLIST = 'connection';

/** The list with its picklist and buttons. `notice` says what was just done. */
export function connectionListMessage(options: {
  readonly connections: readonly ConnectionView[];
  readonly now: number;
  readonly tokens: { readonly disconnect: string; readonly delete: string };
  readonly notice?: string;
  readonly texts: Texts;
}): Message {
  const { connections, now, notice, texts, tokens } = options;
  const words = texts.connections;
  const lines = connections.map((connection) => describeConnection(connection, now, texts));
  const reconnects: Button[] = connections.flatMap((connection) =>
    connection.reconnect
      ? [{ kind: 'login' as const, label: words.reconnect(connection.title), ...connection.reconnect }]
      : [],
  );
  const blocks: Block[] = [
    ...(notice === undefined ? [] : [{ kind: 'text' as const, text: [{ text: notice }] }]),
    { kind: 'heading', text: words.title },
    ...lines.map((text) => ({ kind: 'text' as const, text })),
    ...(reconnects.length === 0 ? [] : [{ kind: 'buttons' as const, buttons: reconnects }]),
    {
      kind: 'picklist',
      id: CONNECTION_PICKLIST,
      label: words.label,
      options: connections.map((connection) => ({ label: labelOf(connection), value: connection.name })),
    },
    {
      kind: 'buttons',
      buttons: [
        { kind: 'action', label: words.disconnect, token: tokens.disconnect },
        { kind: 'action', label: words.delete, token: tokens.delete, style: 'danger' },
      ],
    },
    { kind: 'note', text: [{ text: words.whatButtonsDo }] },
  ];
  const fallback = [notice, `${words.title}:`, ...lines.map(plainText)].filter((line) => line !== undefined).join('\n');
  return { fallback, blocks };
}

/** What a person without connections reads. */
export function noConnectionsMessage({ connections }: Texts, notice?: string): Message {
  const text = connections.none;
  const blocks: Block[] = [...(notice === undefined ? [] : [notice]), text].map((line) => ({
    kind: 'text',
    text: [{ text: line }],
  }));
  return { fallback: notice === undefined ? text : `${notice}\n${text}`, blocks };
}

/** The question before a connection is deleted: what uses it, what waits for it. */
export function confirmDeleteMessage(options: {
  readonly connection: ConnectionView;
  readonly recipes: readonly string[];
  readonly waitingJobs: number;
  readonly tokens: { readonly delete: string; readonly keep: string };
  readonly texts: Texts;
}): Message {
  const { connection, recipes, texts, tokens, waitingJobs } = options;
  const words = texts.connections;
  const question = words.askDelete(labelOf(connection));
  const facts = [
    recipes.length === 0 ? words.unused : words.usedBy(recipes),
    ...(waitingJobs === 0 ? [] : [words.waiting(waitingJobs)]),
  ].join(' ');
  return {
    fallback: `${plainText(question)} ${facts}`,
    blocks: [
      { kind: 'text', text: question },
      { kind: 'text', text: [{ text: facts }] },
      {
        kind: 'buttons',
        buttons: [
          { kind: 'action', label: words.deleteIt, token: tokens.delete, style: 'danger' },
          { kind: 'action', label: words.keepIt, token: tokens.keep },
        ],
      },
    ],
  };
}

function describeConnection(connection: ConnectionView, now: number, texts: Texts): RichText {
  const words = texts.connections;
  const details = [
    words.status[connection.status],
    ...(connection.reason === undefined ? [] : [reasonText(connection.reason, connection.title, texts)]),
    connection.lastUsedAt === undefined ? words.notUsedYet : words.lastUsed(now - connection.lastUsedAt),
  ];
  return [
    { text: connection.title, style: 'bold' },
    { text: `${connection.account === undefined ? '' : words.as(connection.account)} — ${details.join(' · ')}` },
  ];
}

function labelOf(connection: ConnectionView): string {
  return connection.account === undefined ? connection.title : `${connection.title} (${connection.account})`;
}
