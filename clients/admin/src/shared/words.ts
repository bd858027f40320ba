/** `FAILED_LOGINS_SPIKE` and `failed_logins_5m` as people write them. */
export function wordsOf(name: string): string {
  const words = name.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** An instant in the reader's own zone and language. */
export const momentOf = (instant: string): string => moment.format(new Date(instant));

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
] as const;
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** How long ago, in the largest unit that says something. @param now milliseconds */
export function agoOf(instant: string, now: number): string {
  let amount = Math.round((Date.parse(instant) - now) / 1_000);
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(amount, unit);
    amount = Math.round(amount / size);
  }
  return relative.format(amount, 'month');
}

/** A value of the graph's JSON as a word. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
