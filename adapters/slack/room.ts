import { clip } from '../../src/chat/clip.js';

/** How much text a message may still take. Texts are cut when it runs out. */
export class Room {
  #left: number;
  #cut = false;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** Whether something had to be left out. */
  get wasCut(): boolean {
    return this.#cut;
  }

  /** As much of the text as there is room for, at most `max`; empty when there is none. */
  take(text: string, max: number): string {
    const allowed = Math.min(max, this.#left);
    if (text.length <= allowed) {
      this.#left -= text.length;
      return text;
    }
    this.#cut = true;
    const kept = allowed < 1 ? '' : clip(text, allowed);
    // A character that did not fit leaves room, which is not for what stands behind it.
    this.#left -= allowed === this.#left ? allowed : kept.length;
    return kept;
  }

  /** Takes room for something that is shown whole or not at all; tells whether there was enough. */
  reserve(size: number): boolean {
    if (size > this.#left) return false;
    this.#left -= size;
    return true;
  }

  markCut(): void {
    this.#cut = true;
  }
}
