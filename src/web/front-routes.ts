import type { HttpRoute } from '../kernel/http.js';
import { preferredLocale } from '../texts/accept-language.js';
import { textsFor } from '../texts/texts-for.js';
import { frontPage } from './pages/front-page.js';

/**
 * The first page of the service: the app package for Teams links to it. `defaultLocale` (BCP 47): where the browser's language
 * is none of ours.
 */
export function frontRoutes({ defaultLocale }: { readonly defaultLocale?: string }): readonly HttpRoute[] {
  return [
    {
      method: 'GET',
      path: '/',
      isReadOnly: true,
      handle: async ({ headers }) => frontPage(textsFor(preferredLocale(headers['accept-language']) ?? defaultLocale)),
    },
  ];
}
