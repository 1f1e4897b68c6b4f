const DAY_MS = 86_400_000;
/** How people call the days around today, in small letters. */
export interface DayWords {
  readonly yesterday: string;
  readonly today: string;
  readonly tomorrow: string;
  readonly dayAfterTomorrow: string;
}

const ENGLISH: DayWords = {
  yesterday: 'yesterday',
  today: 'today',
  tomorrow: 'tomorrow',
  dayAfterTomorrow: 'day after tomorrow',
};
const DAYS_AWAY = [
  ['yesterday', -1],
  ['today', 0],
  ['tomorrow', 1],
  ['dayAfterTomorrow', 2],
] as const;

/**
 * A day as `2026-12-24`, out of that, `24.12.2026` or a friendly word, in English or out of `words`; undefined for anything else. `12/24/2026` is read
 * differently in different countries, so it is none.
 */
export function parseDate(
  text: string,
  { now, timeZone }: { readonly now: number; readonly timeZone?: string | undefined },
  words: DayWords = ENGLISH,
): string | undefined {
  const away = daysAway(text.toLowerCase(), words);
  if (away !== undefined) {
    const today = new Date(`${dayIn(now, timeZone)}T00:00:00Z`).getTime();
    return new Date(today + away * DAY_MS).toISOString().slice(0, 10);
  }
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? dotted(text);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const read = new Date(`${iso}T00:00:00Z`);
  // The 31st of February becomes a day in March, or none.
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(iso) ? iso : undefined;
}

/** How many days after today it is that somebody calls so. */
function daysAway(word: string, words: DayWords): number | undefined {
  return DAYS_AWAY.find(([day]) => word === ENGLISH[day] || word === words[day])?.[1];
}

function dotted(text: string): readonly (string | undefined)[] {
  const [, day, month, year] = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(text) ?? [];
  return [text, year, month, day];
}

/** The day that it is at a moment in a time zone; an unknown zone counts as UTC. */
function dayIn(now: number, timeZone = 'UTC'): string {
  try {
    // The Swedish way of writing a day is ISO 8601.
    return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
      now,
    );
  } catch {
    return new Date(now).toISOString().slice(0, 10);
  }
}

/** A time of day as `14:30`, out of that, `9:05`, `2:30 pm` or `14 Uhr`; undefined for anything else. */
export function parseTime(text: string): string | undefined {
  const [, hours, minutes = '00', half] = /^(\d{1,2})(?:[:.](\d{2}))?\s?([ap]m|uhr)?$/i.exec(text) ?? [];
  if (hours === undefined || Number(minutes) > 59) return undefined;
  // A number alone is no time.
  if (half === undefined && !/[:.]/.test(text)) return undefined;
  const hour = Number(hours);
  if (half === undefined || half.toLowerCase() === 'uhr')
    return hour > 23 ? undefined : `${String(hour).padStart(2, '0')}:${minutes}`;
  if (hour < 1 || hour > 12) return undefined;
  const whole = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  return `${String(whole).padStart(2, '0')}:${minutes}`;
}
