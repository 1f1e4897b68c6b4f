/** How people use the service: what a capacity is planned for. */
export interface Usage {
  readonly commandsPerUserPerDay: number;
  /** Share of the people who have connected an app, and how many each of them has. */
  readonly connectedShare: number;
  readonly connectionsPerUser: number;
  /** Share of the commands that find no login, and of those the share that is logged in for. */
  readonly waitingShare: number;
  readonly loginShare: number;
  /** Share of the events that the platform delivers twice. */
  readonly repeatedShare: number;
  /** Sizes of a day's parts, each of five minutes; only their proportions count. */
  readonly day: readonly number[];
}

/** Of the day that is planned for. */
export const SLOT_SECONDS = 300;

const SLOTS_PER_HOUR = 3_600 / SLOT_SECONDS;
/** An office day in one time zone: the hardest case, since several zones fill each other's nights. */
const HOURS = [0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 3, 8, 11, 11, 8, 4, 10, 11, 10, 8, 5, 3, 2, 1.5, 1, 0.6, 0.3];
/** When work begins, and after lunch: five minutes with twice the commands. */
const BURST_HOURS = [9, 13];
const BURST = 2;

export const USAGE: Usage = {
  commandsPerUserPerDay: 8,
  connectedShare: 0.8,
  connectionsPerUser: 2,
  waitingShare: 0.03,
  loginShare: 0.8,
  repeatedShare: 0.01,
  day: HOURS.flatMap((weight, hour) =>
    Array.from({ length: SLOTS_PER_HOUR }, (_, slot) =>
      slot === 0 && BURST_HOURS.includes(hour) ? weight * BURST : weight,
    ),
  ),
};

/** Share of a day's commands that falls into its busiest part. */
export function peakShare({ day }: Pick<Usage, 'day'>): number {
  return Math.max(...day) / day.reduce((total, weight) => total + weight, 0);
}
