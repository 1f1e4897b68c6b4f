export { createOAuthClient } from './oauth-client.js';
export { createOAuth1Client } from './oauth1-client.js';
