import { isJson } from './values.js';

const WINDOW = 'popup,width=520,height=680';
const LOOK_MS = 300;
/** What the bot is told when the person closed the window: what Teams tells it. */
const CANCELLED = 'CancelledByUser';

/** The host's answer to teams-js: frame context, client type, runtime, version of teams-js that the host supports. */
const HELLO = ['authentication', 'web', JSON.stringify({ apiVersion: 4, isLegacyTeams: false, supports: {} }), '2.0.0'];

/**
 * Opens the sign-in window and plays the Teams client for the teams-js in it: answers `initialize`, takes what
 * `notifySuccess` says, notices when the person closes the window. `onState` gets the state for
 * `signin/verifyState`, once. False when the browser blocked the window.
 */
export function openSignIn(url: string, onState: (state: string) => void): boolean {
  const opened = window.open(url, 'behalf-sign-in', WINDOW);
  if (!opened) return false;
  const end = (state: string): void => {
    window.clearInterval(timer);
    window.removeEventListener('message', listen);
    onState(state);
  };
  const listen = (event: MessageEvent<unknown>): void => {
    if (event.source !== opened || event.origin !== location.origin || !isJson(event.data)) return;
    const { id, uuidAsString, func, args } = event.data;
    if (func === 'initialize') opened.postMessage({ id, uuidAsString, args: HELLO }, event.origin);
    if (func === 'authentication.authenticate.failure') end(CANCELLED);
    if (func === 'authentication.authenticate.success') end(Array.isArray(args) ? String(args[0] ?? '') : '');
  };
  const timer = window.setInterval(() => {
    if (opened.closed) end(CANCELLED);
  }, LOOK_MS);
  window.addEventListener('message', listen);
  return true;
}
