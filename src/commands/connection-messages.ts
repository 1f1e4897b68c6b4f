import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText } from '../chat/message.js';
import type { ConnectionStatus } from '../connections/connection.js';

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

const STATUS_TEXT: Readonly<Record<ConnectionStatus, string>> = {
  connected: 'Connected',
  needs_login: 'Needs login',
  disconnected: 'Disconnected',
};

/** The list with its picklist and buttons. `notice` says what was just done. */
export function connectionListMessage(options: {
  readonly connections: readonly ConnectionView[];
  readonly now: number;
  readonly tokens: { readonly disconnect: string; readonly delete: string };
  readonly notice?: string;
}): Message {
  const { connections, now, notice, tokens } = options;
  const lines = connections.map((connection) => describeConnection(connection, now));
  const reconnects: Button[] = connections.flatMap((connection) =>
    connection.reconnect
      ? [{ kind: 'login' as const, label: `Reconnect ${connection.title}`, ...connection.reconnect }]
      : [],
  );
  const blocks: Block[] = [
    ...(notice === undefined ? [] : [{ kind: 'text' as const, text: [{ text: notice }] }]),
    { kind: 'heading', text: 'Your connections' },
    ...lines.map((text) => ({ kind: 'text' as const, text })),
    ...(reconnects.length === 0 ? [] : [{ kind: 'buttons' as const, buttons: reconnects }]),
    {
      kind: 'picklist',
      id: CONNECTION_PICKLIST,
      label: 'Connection',
      options: connections.map((connection) => ({ label: labelOf(connection), value: connection.name })),
    },
    {
      kind: 'buttons',
      buttons: [
        { kind: 'action', label: 'Disconnect', token: tokens.disconnect },
        { kind: 'action', label: 'Delete', token: tokens.delete, style: 'danger' },
      ],
    },
    {
      kind: 'note',
      text: [
        {
          text: 'Disconnect ends the login and keeps the entry, so that you can reconnect. Delete removes the entry too.',
        },
      ],
    },
  ];
  const fallback = [notice, 'Your connections:', ...lines.map(plainText)]
    .filter((line) => line !== undefined)
    .join('\n');
  return { fallback, blocks };
}

/** What a person without connections reads. */
export function noConnectionsMessage(notice?: string): Message {
  const text =
    'You have no personal connections yet. When you use a command that works in another app under your own name, I ask you to log in to that app once; the connection then appears here.';
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
}): Message {
  const { connection, recipes, tokens, waitingJobs } = options;
  const question: RichText = [
    { text: 'Delete your connection to ' },
    { text: labelOf(connection), style: 'bold' },
    { text: '?' },
  ];
  const facts = [
    recipes.length === 0
      ? 'No command uses it at present.'
      : `Used by: ${recipes.join(', ')}. The next time, you will be asked to log in again.`,
    ...(waitingJobs === 0
      ? []
      : [`${waitingJobs === 1 ? 'One request is' : `${waitingJobs} requests are`} waiting for it.`]),
  ].join(' ');
  return {
    fallback: `${plainText(question)} ${facts}`,
    blocks: [
      { kind: 'text', text: question },
      { kind: 'text', text: [{ text: facts }] },
      {
        kind: 'buttons',
        buttons: [
          { kind: 'action', label: 'Delete it', token: tokens.delete, style: 'danger' },
          { kind: 'action', label: 'Keep it', token: tokens.keep },
        ],
      },
    ],
  };
}

function describeConnection(connection: ConnectionView, now: number): RichText {
  const details = [
    STATUS_TEXT[connection.status],
    ...(connection.reason === undefined ? [] : [connection.reason]),
    connection.lastUsedAt === undefined ? 'not used yet' : `last used ${describeAge(now - connection.lastUsedAt)}`,
  ];
  return [
    { text: connection.title, style: 'bold' },
    { text: `${connection.account === undefined ? '' : ` as ${connection.account}`} — ${details.join(' · ')}` },
  ];
}

function labelOf(connection: ConnectionView): string {
  return connection.account === undefined ? connection.title : `${connection.title} (${connection.account})`;
}

/** A span of time in the words of a person: `just now`, `5 minutes ago`, `3 days ago`. */
export function describeAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return count(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return count(hours, 'hour');
  return count(Math.floor(hours / 24), 'day');
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'} ago`;
}
