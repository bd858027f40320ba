import type { Clock } from '../../../_kernel/request/clock.js';
import type { Logger } from '../../../_kernel/request/request-context.js';
import { systemContext } from '../../../_kernel/request/system-context.js';
import { CALENDAR_NOTICES_PATH, noticeAddressIn } from '../../../_kernel/wire/calendar-notice.js';
import type { RouteResponse, SubgraphRoute } from '../../../_kernel/wire/subgraph-route.js';
import type { CalendarNoticeService } from './calendar-notice.service.js';

const text = (status: number, body: string): RouteResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

/** Whatever is not believed looks the same, so that nobody learns which watches there are. */
const NOT_FOUND = text(404, 'There is no such calendar\n');

/** What Microsoft wants to hear again is shorter by far. */
const LONGEST_VALIDATION = 2_000;

/** Where calendars tell that something has changed in them. A notice holds nothing but that: what has changed is asked for. */
export const calendarNoticeRoute = (parts: {
  readonly notices: CalendarNoticeService;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => ({
  method: 'POST',
  path: CALENDAR_NOTICES_PATH,
  below: true,
  async handle(request, { tenant, origin: { requestId } }) {
    const address = noticeAddressIn(request.path);
    if (address?.tenantId !== tenant.id) return NOT_FOUND;
    const { notices, clock, logger } = parts;
    const context = systemContext({ name: 'calendar-notice', tenant, clock, logger, requestId });
    const validation = new URLSearchParams(request.search).get('validationToken');
    if (validation !== null) {
      const isHeard = validation.length <= LONGEST_VALIDATION && (await notices.isAwaited(context, address.watchId));
      return isHeard ? text(200, validation) : NOT_FOUND;
    }
    return (await notices.receive(context, address.watchId, request)) ? text(202, '') : NOT_FOUND;
  },
});
