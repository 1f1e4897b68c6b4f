import type { Datapill } from './datapill.js';

/**
 * A value of a YAML file with its datapills compiled. A text that is exactly one `{{ … }}` keeps the type of its result
 * (`pill`); a text around datapills becomes a string (`text`); everything else stays as it was written.
 */
export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'pill'; readonly pill: Datapill }
  | { readonly kind: 'text'; readonly parts: readonly (string | Datapill)[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Template])[] };
