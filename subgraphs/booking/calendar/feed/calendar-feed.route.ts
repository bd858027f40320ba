import { createHash } from 'node:crypto';
import type { Clock } from '../../../_kernel/request/clock.js';
import type { Logger } from '../../../_kernel/request/request-context.js';
import { systemContext } from '../../../_kernel/request/system-context.js';
import { CALENDAR_PATH, calendarTokenIn } from '../../../_kernel/wire/calendar-token.js';
import type { RouteResponse, SubgraphRoute } from '../../../_kernel/wire/subgraph-route.js';
import type { CalendarFeedService } from './calendar-feed.service.js';

const NOT_FOUND: RouteResponse = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: 'There is no such calendar\n',
};

/** Whether a program has what it is about to be sent. Tags are compared as RFC 9110 does it for reading. */
const hasIt = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '')));

/** Serves feeds to whoever knows their addresses. Which of them there ever were nobody learns. */
export const calendarFeedRoute = (parts: {
  readonly feeds: Pick<CalendarFeedService, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => ({
  method: 'GET',
  path: CALENDAR_PATH,
  below: true,
  async handle({ path, headers }, { tenant, origin: { requestId } }) {
    const token = calendarTokenIn(path);
    if (token === null) return NOT_FOUND;
    const { feeds, clock, logger } = parts;
    const calendar = await feeds.read(systemContext({ name: 'calendar-feed', tenant, clock, logger, requestId }), token);
    if (calendar === null) return NOT_FOUND;
    const etag = `"${createHash('sha256').update(calendar).digest('base64url')}"`;
    const caching = { etag, 'cache-control': 'private, no-cache' };
    if (hasIt(headers['if-none-match'], etag)) return { status: 304, headers: caching, body: '' };
    return { status: 200, headers: { ...caching, 'content-type': 'text/calendar; charset=utf-8' }, body: calendar };
  },
});
