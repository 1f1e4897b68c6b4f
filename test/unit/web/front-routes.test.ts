import { frontRoutes } from '../../../src/web/front-routes.js';
import { get } from './requests.js';

describe('the first page of the service', () => {
  it('says what the service is and what people can do about what it keeps of them', async () => {
    const { body, headers, status } = await get(frontRoutes({}), '/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-language': 'en-GB',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    expect(body).toContain('a bot for Slack and Microsoft Teams');
    expect(body).toContain('<code>personal_connections</code>');
    expect(body).not.toContain('<form');
  });

  it('is written in the language of the browser, or else of the service', async () => {
    const routes = frontRoutes({ defaultLocale: 'de' });
    expect((await get(routes, '/')).body).toContain('Ein Bot für Slack');
    expect((await get(routes, '/', { 'accept-language': 'fr' })).body).toContain('Ein Bot für Slack');
    expect((await get(routes, '/', { 'accept-language': 'en-US' })).body).toContain('A bot for Slack');
  });
});
