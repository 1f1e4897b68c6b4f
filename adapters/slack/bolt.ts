/** All that is used of Bolt. Loaded when the adapter starts, never by `check` or `--help`. */
export { App, LogLevel } from '@slack/bolt';
