import { ConflictError, NotFoundError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { hasPermission, requireMember, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../../_kernel/wire/tenant-address.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { CALENDAR_PATH, CALENDAR_TOKEN } from '../../../_kernel/wire/calendar-token.js';
import type { Booker } from '../../reservation/reservation-booker.js';
import { findProvidersByIds } from '../../provider/provider.store.js';
import type { BookingEvents } from '../../events.js';
import { entryOf, type Audience } from '../entry/calendar-entry.js';
import { findCalendarBookings } from '../entry/calendar-entry.store.js';
import { icalendarOf } from '../entry/icalendar.js';
import {
  CALENDAR_FEED_SORT,
  countStandingFeeds,
  findFeedsPage,
  findStandingFeed,
  insertFeed,
  revokeFeed,
  type CalendarFeedRow,
} from './calendar-feed.store.js';
import { hashOfSecret } from '../../../_kernel/wire/secret-hash.js';

const DAY_MS = 86_400_000;
/** What a feed holds: long enough behind that what was called off goes away in programs that rarely look. */
const BEHIND_MS = 90 * DAY_MS;
const AHEAD_MS = 400 * DAY_MS;
const MOST_ENTRIES = 5_000;

/** More of them than this at one time nobody reads. */
const MOST_FEEDS = 20;

/** A feed, its address shown this once. */
export interface IssuedCalendarFeed {
  readonly calendarFeed: CalendarFeedRow;
  readonly url: string;
}

export interface CalendarFeedService {
  /**
   * Your own, and with `settings:update` everybody's; newest first.
   * @throws {UnauthenticatedError}
   */
  list(context: RequestContext, args: PageArgs): Promise<Connection<CalendarFeedRow>>;
  /**
   * An address for a calendar program: of a provider's bookings, or of your own where none is named. It says who
   * comes if you may know that (`patients:read`).
   * @throws {UnauthenticatedError}
   * @throws {ForbiddenError} for a provider's without `appointments:read`
   * @throws {NotFoundError}
   * @throws {ConflictError} when you have as many as one may
   * @throws {QuotaExceededError}
   */
  create(context: RequestContext, providerId: string | null): Promise<IssuedCalendarFeed>;
  /** Ends a feed at once. @throws {NotFoundError} alike for one that is unknown, somebody else's and one that is over */
  revoke(context: RequestContext, id: string): Promise<CalendarFeedRow>;
  /** The calendar that a token is for, as RFC 5545; null for any other token. */
  read(context: RequestContext, token: string): Promise<string | null>;
}

/** Whose feeds somebody deals with. */
const makerFor = (context: RequestContext): string | null => {
  const { userId } = requireMember(context);
  return hasPermission(context, 'settings:update') ? null : userId;
};

export function createCalendarFeedService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly booker: Pick<Booker, 'ownClient'>;
  /** Address of the platform. */
  readonly publicUrl: string;
}): CalendarFeedService {
  const { tenants, outbox, booker, publicUrl } = parts;
  const host = new URL(publicUrl).hostname;

  const whose = async (context: RequestContext, db: TenantDb, providerId: string | null) => {
    if (providerId === null) {
      return { providerId, clientId: (await booker.ownClient(context, db)).id, namesClients: false };
    }
    if ((await findProvidersByIds(db, [providerId])).length === 0) throw new NotFoundError('Provider');
    return { providerId, clientId: null, namesClients: hasPermission(context, 'patients:read') };
  };

  return {
    async list(context, args) {
      const page = pageOf(args, CALENDAR_FEED_SORT);
      const rows = await findFeedsPage(tenants.of(context), makerFor(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async create(context, providerId) {
      const { userId } = requireMember(context);
      if (providerId !== null) requirePermission(context, 'appointments:read');
      const token = CALENDAR_TOKEN.create(context.tenant.id);
      const calendarFeed = await tenants.transaction(context, async (db) => {
        if ((await countStandingFeeds(db, userId)) >= MOST_FEEDS) {
          throw new ConflictError(`You have ${MOST_FEEDS} calendar feeds; revoke one first`);
        }
        const feed = await insertFeed(db, {
          ...(await whose(context, db, providerId)),
          id: uuidv7(),
          hash: hashOfSecret(token),
          hint: token.slice(-4),
          createdBy: userId,
          createdAt: context.clock.now(),
        });
        await outbox.emit(db, context, 'booking.calendar_feed_changed', { feedId: feed.id, providerId, change: 'CREATED' });
        return feed;
      });
      return { calendarFeed, url: `${addressOfTenant(publicUrl, context.tenant)}${CALENDAR_PATH}/${token}.ics` };
    },

    async revoke(context, id) {
      const maker = makerFor(context);
      return tenants.transaction(context, async (db) => {
        const feed = await revokeFeed(db, id, maker, context.clock.now());
        if (!feed) throw new NotFoundError('Calendar feed');
        const { providerId } = feed;
        await outbox.emit(db, context, 'booking.calendar_feed_changed', { feedId: id, providerId, change: 'REVOKED' });
        return feed;
      });
    },

    async read(context, token) {
      if (CALENDAR_TOKEN.tenantOf(token) !== context.tenant.id) return null;
      const db = tenants.of(context);
      const feed = await findStandingFeed(db, hashOfSecret(token));
      if (!feed) return null;
      const now = context.clock.now().getTime();
      const window = { from: new Date(now - BEHIND_MS), until: new Date(now + AHEAD_MS) };
      const bookings = await findCalendarBookings(db, feed, window, MOST_ENTRIES);
      const audience: Audience = feed.provider ? { is: 'PROVIDER', namesClients: feed.namesClients } : { is: 'CLIENT' };
      const name = feed.provider ? `${feed.provider.name}, ${context.tenant.name}` : context.tenant.name;
      return icalendarOf(bookings.map((booking) => entryOf(booking, audience, host)), { method: 'PUBLISH', name });
    },
  };
}
