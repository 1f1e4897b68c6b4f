export { createOAuthClient, type OAuthClientOptions } from './oauth-client.js';
