import type { YamlPath } from '../language/yaml-document.js';
import { difference } from './difference.js';
import type { ExpectedReply } from './recipe-test.js';
import type { Said } from './stage-chat.js';

/** Something that is not as the test says; `path` is where in the test's file that stands. */
export interface Failure {
  readonly path: YamlPath;
  readonly message: string;
  /** Expected (`-`) against found (`+`). */
  readonly difference?: readonly string[];
}

/** Holds what was said against what was expected; nothing expected: nothing is held. */
export function judgeReplies(
  expected: readonly ExpectedReply[] | undefined,
  said: readonly Said[],
  path: YamlPath,
): readonly Failure[] {
  if (!expected) return [];
  const failures = expected.flatMap((reply, index) => {
    const found = said[index];
    const place = [...path, index];
    return found ? judgeReply(reply, found, place) : [{ path: place, message: 'this was not said' }];
  });
  const more = said.slice(expected.length).map((reply) => ({ path, message: `this was said, too: ${reply.whole}` }));
  return [...failures, ...more];
}

function judgeReply(expected: ExpectedReply, said: Said, path: YamlPath): readonly Failure[] {
  const { buttons, contains = [], fields, text, visible_to: visibleTo } = expected;
  const labels = said.buttons.map((button) => button.label);
  return [
    ...(text === undefined ? [] : compare('the text is another one', text, said.text, [...path, 'text'])),
    ...[contains].flat().flatMap((part) => {
      if (said.whole.includes(part)) return [];
      return compare('the reply does not hold this text', part, said.whole, [...path, 'contains']);
    }),
    ...(fields === undefined ? [] : compare('the fields differ', fields, said.fields, [...path, 'fields'])),
    ...(buttons === undefined ? [] : compare('the buttons differ', buttons, labels, [...path, 'buttons'])),
    ...(visibleTo === undefined
      ? []
      : compare('others see it than expected', visibleTo, said.visibleTo, [...path, 'visible_to'])),
  ];
}

/** A failure when the two differ. */
export function compare(message: string, expected: unknown, found: unknown, path: YamlPath): readonly Failure[] {
  const differs = difference(expected, found);
  return differs === undefined ? [] : [{ path, message, difference: differs }];
}
