import { InvalidArgumentError } from 'commander';

/** A day, or a point in time, as it is written on a command line; in ms since the epoch. */
export interface Moment {
  /** Of a day its beginning in UTC. */
  readonly at: number;
  readonly isDay: boolean;
}

const DAY_MS = 86_400_000;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/u;

/** `2026-11-27`, or `2026-11-27T08:00:00Z`, with a zone: the one of whoever reads must not matter. */
export function momentOf(text: string): Moment {
  const [, day = '', time] = MOMENT.exec(text) ?? [];
  const [begins, at] = [Date.parse(day), Date.parse(text)];
  // There are days, as the 30th of February, that are taken for another one.
  const isDay = !Number.isNaN(begins) && new Date(begins).toISOString().startsWith(day);
  if (isDay && !Number.isNaN(at)) return { at, isDay: time === undefined };
  throw new InvalidArgumentError(
    'Write a day in UTC as 2026-11-27, or a time with its zone as 2026-11-27T08:00:00Z or 2026-11-27T09:00+01:00.',
  );
}

/** The end of what is meant: of a day its last moment. */
export function endOf({ at, isDay }: Moment): number {
  return isDay ? at + DAY_MS : at;
}
