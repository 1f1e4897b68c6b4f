import type { Position } from '../language/problem.js';

/** Parameters that take something of the message that a shortcut was chosen on. */
export interface TakenOfMessage {
  readonly text?: string;
  readonly link?: string;
  readonly author?: string;
}

/** A choice in a menu of the chat that starts a recipe: anywhere, or on a message. */
export interface RecipeShortcut extends Position {
  readonly kind: 'global' | 'message';
  readonly name: string;
  readonly description: string | undefined;
  /** Nothing where it is not on a message. */
  readonly takes: TakenOfMessage;
}
