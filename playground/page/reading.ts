import { useCallback, useEffect, useState } from 'react';
import type { PlaygroundConversation } from './api.js';

/** When the newest message was read, by person and conversation; epoch milliseconds. */
type Marks = Readonly<Record<string, number>>;

const KEPT_AS = 'behalf-read';

function keptMarks(): Marks {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}');
    const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return {};
  }
}

function markRead(key: string, at: number): Marks {
  const marks = { ...keptMarks(), [key]: at };
  sessionStorage.setItem(KEPT_AS, JSON.stringify(marks));
  return marks;
}

/**
 * How many messages of others a person has not read yet, by conversation. What is open counts as read. It is kept for the
 * tab, so that who comes back as somebody else sees what that person has missed.
 */
export function useUnread(
  person: string,
  conversations: readonly PlaygroundConversation[],
  open: string,
): (conversation: PlaygroundConversation) => number {
  const [marks, setMarks] = useState(keptMarks);
  const newest = Math.max(0, ...(conversations.find(({ id }) => id === open)?.messages ?? []).map(({ at }) => at));
  useEffect(() => setMarks(markRead(`${person} ${open}`, newest)), [person, open, newest]);
  return useCallback(
    ({ id, messages }) => {
      if (id === open) return 0;
      const read = marks[`${person} ${id}`] ?? 0;
      return messages.filter(({ at, author }) => at > read && author !== person).length;
    },
    [marks, person, open],
  );
}
