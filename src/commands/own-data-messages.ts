import type { Block, Message } from '../chat/message.js';
import { plainText } from '../chat/message.js';
import type { ErasureReport } from '../privacy/erasures.js';
import type { Texts } from '../texts/english.js';

/** What stands below somebody's connections. */
export function ownDataButtons({ privacy }: Texts, tokens: { readonly export: string; readonly erase: string }): Block {
  return {
    kind: 'buttons',
    buttons: [
      { kind: 'action', label: privacy.exportMine, token: tokens.export },
      { kind: 'action', label: privacy.eraseMine, token: tokens.erase, style: 'danger' },
    ],
  };
}

/** Where the file is found. */
export function exportReadyMessage(options: {
  readonly url: string;
  readonly minutes: number;
  readonly backToken: string;
  readonly texts: Texts;
}): Message {
  const { backToken, minutes, texts, url } = options;
  const text = texts.privacy.ready(minutes);
  return {
    // The link stands behind the button alone: what is in a notification is seen by others.
    fallback: text,
    blocks: [
      paragraph(text),
      {
        kind: 'buttons',
        buttons: [
          { kind: 'link', label: texts.privacy.fetchIt, url },
          { kind: 'action', label: texts.privacy.back, token: backToken },
        ],
      },
    ],
  };
}

/** The question before everything is erased: what happens, and what stays. `auditDays`: absent where nothing is noted. */
export function askEraseMessage(options: {
  readonly auditDays: number | undefined;
  readonly tokens: { readonly erase: string; readonly keep: string };
  readonly texts: Texts;
}): Message {
  const { auditDays, texts, tokens } = options;
  const { privacy } = texts;
  const lines = [
    privacy.endsConnections,
    privacy.endsRequests,
    privacy.removesPast,
    ...(auditDays === undefined ? [] : [privacy.auditStays(auditDays)]),
    privacy.restStays,
    privacy.startsAfresh,
  ];
  return {
    fallback: [plainText(privacy.ask), ...lines].join('\n'),
    blocks: [
      { kind: 'text', text: privacy.ask },
      ...lines.map(paragraph),
      {
        kind: 'buttons',
        buttons: [
          { kind: 'action', label: privacy.eraseAll, token: tokens.erase, style: 'danger' },
          { kind: 'action', label: privacy.keep, token: tokens.keep },
        ],
      },
    ],
  };
}

/** What was done, in the end. */
export function erasedMessage(
  { ended, jobs }: ErasureReport,
  titleOf: (name: string) => string,
  texts: Texts,
): Message {
  const { privacy } = texts;
  const outcomes = {
    queued: privacy.revoking,
    unsupported: privacy.notRevocable,
    unreadable: privacy.notReadable,
    none: privacy.wasEnded,
    unknown: privacy.unclear,
  };
  const connections = ended.map(({ account, name, revocation }) => {
    const title = titleOf(name);
    return outcomes[revocation](account === undefined ? title : `${title} (${account})`);
  });
  const lines = [
    privacy.done,
    ...(connections.length === 0 ? [privacy.noConnections] : connections),
    privacy.requests(jobs),
  ];
  return { fallback: lines.join('\n'), blocks: lines.map(paragraph) };
}

function paragraph(text: string): Block {
  return { kind: 'text', text: [{ text }] };
}
