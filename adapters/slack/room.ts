/** Cuts a text to `max` UTF-16 units, the last of them `…`, and never through a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

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
    if (text.length > allowed) this.#cut = true;
    const kept = allowed < 1 ? '' : cut(text, allowed);
    this.#left -= kept.length;
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
