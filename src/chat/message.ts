import { plainText, type RichText, type Span } from '../kernel/rich-text.js';

import type { TextFile } from './text-file.js';

export { plainText, type RichText, type Span };

/** A button that comes back to us as an action event carrying `token`. */
export interface ActionButton {
  readonly kind: 'action';
  readonly label: string;
  /** Opaque; see `commands/action-tokens`. */
  readonly token: string;
  readonly style?: 'primary' | 'danger';
  /** True: a form may follow the press. Teams shows one only to buttons that say so beforehand. */
  readonly opensForm?: boolean;
  /** Asked by the chat client before the click counts; the handler does not rely on it. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
}

/** A button that opens a page in the browser. */
export interface LinkButton {
  readonly kind: 'link';
  readonly label: string;
  readonly url: string;
}

/**
 * A button that opens our login page: a link, or the platform's sign-in pop-up where it has one.
 * Platforms that report the click send an action event with `token`, whose message can then be edited.
 */
export interface LoginButton {
  readonly kind: 'login';
  readonly label: string;
  readonly url: string;
  readonly token: string;
}

export type Button = ActionButton | LinkButton | LoginButton;

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: RichText }
  | { readonly kind: 'fields'; readonly fields: readonly { readonly label: string; readonly value: string }[] }
  | { readonly kind: 'note'; readonly text: RichText }
  | { readonly kind: 'divider' }
  | { readonly kind: 'buttons'; readonly buttons: readonly Button[] }
  /** A choice that travels with the next button pressed in the same message, under `values[id]`. */
  | {
      readonly kind: 'picklist';
      readonly id: string;
      readonly label: string;
      readonly options: readonly { readonly label: string; readonly value: string }[];
    }
  | ImageBlock
  | TableBlock;

/** A picture that the chat platform or its clients fetch. Where they cannot, `alt` stands for it. */
export interface ImageBlock {
  readonly kind: 'image';
  /** https. */
  readonly url: string;
  readonly alt: string;
}

/** Rows below a line of titles. Every row has a cell for each column. */
export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'center' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** How many more rows there are that are not shown; renderers add those for which a platform has no room. */
  readonly more: number;
}

/** What we send, on every platform. `fallback` is the whole in plain words: notifications and screen readers use it. */
export interface Message {
  readonly fallback: string;
  readonly blocks: readonly Block[];
  /** BCP 47: what the platform's own words in it are written in; absent: English. */
  readonly locale?: string | undefined;
  /** In place of the blocks: a file, which only platforms that divide into files are given. */
  readonly file?: TextFile;
}

/** The message with the language of its reader, where that is known. */
export function inLanguage(message: Message, locale: string | undefined): Message {
  return locale === undefined ? message : { ...message, locale };
}

/** A message of one paragraph. */
export function textMessage(text: string | RichText): Message {
  const rich: RichText = typeof text === 'string' ? [{ text }] : text;
  return { fallback: plainText(rich), blocks: [{ kind: 'text', text: rich }] };
}
