import { defineTenantToken } from './tenant-token.js';

/** Below it calendars are read, and what people have allowed elsewhere comes back. */
export const CALENDAR_PATH = '/calendar';

/** What a feed is read with; it is a part of its address. */
export const CALENDAR_TOKEN = defineTenantToken('cal_');

const FEED = new RegExp(`^${CALENDAR_PATH}/([A-Za-z0-9_-]{1,200})\\.ics$`);

/** The token in the path of a feed; null for a path that is none. */
export const calendarTokenIn = (path: string): string | null => FEED.exec(path)?.[1] ?? null;

/** UUID of the company that a feed's path says it is of; null for what cannot be one. */
export function tenantOfCalendarPath(path: string): string | null {
  const token = calendarTokenIn(path);
  return token === null ? null : CALENDAR_TOKEN.tenantOf(token);
}
