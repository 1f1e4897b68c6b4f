import type { ExamineClock } from './examination.port.js';

/** Slack refuses requests that are older than five minutes, and tokens have times in seconds: a minute off is worth mending. */
const MAY_DIFFER_MS = 60_000;

/** Compares what a server says of the time with our clock. */
export const examineClock: ExamineClock = (server, header, times) => {
  const theirs = header === undefined ? Number.NaN : Date.parse(header);
  if (Number.isNaN(theirs)) return [];
  // The header has whole seconds, and was written at some time in between.
  const off = theirs < times.asked - 1_000 ? theirs + 1_000 - times.asked : Math.max(0, theirs - times.answered);
  if (Math.abs(off) <= MAY_DIFFER_MS)
    return [{ subject: 'clock', state: 'ok', says: `it goes as that of ${server} does` }];
  return [
    {
      subject: 'clock',
      state: 'wrong',
      says: `it is ${Math.round(Math.abs(off) / 1_000)} s ${off > 0 ? 'behind' : 'ahead of'} that of ${server}`,
      fix: 'Let the machine keep its time with NTP: signatures and tokens with other times are refused.',
    },
  ];
};
