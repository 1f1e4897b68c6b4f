import type { RichText } from '../kernel/rich-text.js';

/** A reply with its datapills filled in: data only, on no platform yet. */
export interface RenderedReply {
  readonly text: RichText;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly buttons: readonly RenderedButton[];
  readonly visibleTo: 'user' | 'channel';
}

export type RenderedButton =
  | {
      readonly kind: 'command';
      readonly label: string;
      readonly command: string;
      readonly parameters: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };
