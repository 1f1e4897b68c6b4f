import { readFile } from 'node:fs/promises';
import type { HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import { sha256 } from '../../src/kernel/ids.js';

/**
 * The page of the login pop-up runs this: the code that our server put into the page goes to the Teams client, which sends
 * it to the bot as the person signed in to it (`signin/verifyState`) and closes the window. Outside Teams there is nobody
 * to tell, and the page itself says what to do.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/auth-flow-bot
 */
const LOGIN_RETURN = `'use strict';
(async () => {
  const code = document.body.dataset.loginCode;
  const teams = globalThis.microsoftTeams;
  if (!code || !teams) return;
  try {
    await teams.app.initialize();
    teams.authentication.notifySuccess(code);
  } catch {
    // Not opened by Teams.
  }
})();
`;

const LIBRARY_PATH = '/assets/teams/teams-js.js';
const LOGIN_RETURN_PATH = '/assets/teams/login-return.js';

const { version } = libraryPackage();

/** In the order in which the page loads them. The query changes with the content, which may be kept for good. */
export const POP_UP_SCRIPTS: readonly string[] = [
  `${LIBRARY_PATH}?v=${version}`,
  `${LOGIN_RETURN_PATH}?v=${sha256(LOGIN_RETURN).slice(0, 8)}`,
];

/** teams-js from our own server, so that the page's content policy needs no other origin. */
export function popUpRoutes(): HttpRoute[] {
  let library: Promise<Buffer> | undefined;
  return [
    {
      method: 'GET',
      path: LIBRARY_PATH,
      async handle() {
        library ??= readFile(require.resolve('@microsoft/teams-js/dist/umd/MicrosoftTeams.min.js'));
        return script(await library);
      },
    },
    { method: 'GET', path: LOGIN_RETURN_PATH, handle: async () => script(LOGIN_RETURN) },
  ];
}

function script(body: string | Uint8Array): HttpResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

function libraryPackage(): { readonly version: string } {
  return require('@microsoft/teams-js/package.json');
}
