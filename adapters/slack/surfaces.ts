/** What is drawn on, and how much it takes. */
export interface Surface {
  readonly blocks: number;
  readonly characters: number;
  /** Which text stands below what had to be cut. */
  readonly cutNote: 'cutBySlack' | 'cutBySlackHome';
}

/** Slack refuses messages whose blocks hold about 12 000 characters, their frames counted (`msg_blocks_too_long`). */
export const MESSAGE: Surface = { blocks: 50, characters: 8400, cutNote: 'cutBySlack' };

/** As much of a message as what is divided may fill: there is room left for a note below it. */
export const DIVIDED: Surface = { ...MESSAGE, blocks: MESSAGE.blocks - 2, characters: 8000 };

/** Slack refuses views of more than 250 kB, their frames counted (`view_too_large`). */
export const HOME: Surface = { blocks: 100, characters: 24_000, cutNote: 'cutBySlackHome' };
