import { type Message, textMessage } from '../chat/message.js';

/** A running job ends before its next step; this says so at once. */
export function stoppingMessage(recipe: string): Message {
  return textMessage([
    { text: 'I stop ' },
    { text: recipe, style: 'italic' },
    { text: ' as soon as what it is doing now is over.' },
  ]);
}
