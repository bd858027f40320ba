import type { CalendarConnection } from '../../../../prisma/generated/client.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { handleJob, PATIENT, type JobHandler, type JobOutcome } from '../../../_kernel/jobs/job.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { BookingEvents } from '../../events.js';
import type { BookingJobs } from '../../jobs.js';
import { findProvidersByIds } from '../../provider/provider.store.js';
import { credentialsPurpose, SYNC_EVERY_MS } from '../connection/calendar-connection.js';
import { findConnection, postponeSync } from '../connection/calendar-connection.store.js';
import { bookingOfUid, entryOf } from '../entry/calendar-entry.js';
import { findCalendarBookings } from '../entry/calendar-entry.store.js';
import type { CalendarProviders } from '../remote/calendar-provider.js';
import { CalendarFailedError, CredentialsRefusedError, type RemoteCalendar } from '../remote/remote-calendar.js';
import { endWatch, keepWatch } from '../watch/keep-watch.js';
import {
  deleteConnection,
  deleteCopy,
  findCopies,
  findNewConflicts,
  keepCopy,
  leaseConnection,
  noteRead,
  replaceBusyTimes,
  updateConnection,
} from './calendar-sync.store.js';
import { planOf } from './sync-plan.js';

const DAY_MS = 86_400_000;
/** As far as anybody books ahead. */
const AHEAD_MS = 1_100 * DAY_MS;
const MOST_BOOKINGS = 5_000;
/** Rules without an end reach into the future anew as often as this. */
const READ_WHOLE_EVERY_MS = 7 * DAY_MS;
/** How long a process that was lost keeps a calendar from the others. */
const LEASE_MS = 5 * 60_000;
/** Nobody waits for a calendar longer than this after it was taken by another attempt. */
const BUSY = 'The calendar is being looked at already';

interface Work {
  readonly context: RequestContext;
  readonly connection: CalendarConnection;
  readonly remote: RemoteCalendar;
  readonly db: TenantDb;
}

/**
 * Keeps one calendar elsewhere in step: writes what was booked, then reads what keeps the provider busy. Each step is
 * written down as soon as it is done, and each can be done again: an attempt that is cut short anywhere is taken up
 * by the next, and nothing is there twice.
 */
export function syncCalendar(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly secretBox: SecretBox;
  readonly providers: CalendarProviders;
  /** Of the platform, without a slash at the end: its entries are named after its host, and there calendars tell of changes. */
  readonly publicUrl: string;
}): JobHandler {
  const { tenants, outbox, secretBox, providers, publicUrl } = parts;
  const { hostname: host } = new URL(publicUrl);

  const write = async ({ context, connection, remote, db }: Work): Promise<void> => {
    const now = context.clock.now().getTime();
    const { id: connectionId, providerId, namesClients } = connection;
    const window = { from: new Date(now - DAY_MS), until: new Date(now + AHEAD_MS) };
    const bookings = await findCalendarBookings(db, { providerId, clientId: null }, window, MOST_BOOKINGS);
    const plan = planOf(bookings, await findCopies(db, connectionId));
    for (const copy of plan.remove) {
      await remote.remove(copy);
      await deleteCopy(db, connectionId, copy.bookingId);
    }
    for (const { booking, copy } of plan.write) {
      const entry = entryOf(booking, { is: 'PROVIDER', namesClients }, host);
      const written = await remote.put(booking.id, entry, copy);
      await keepCopy(db, { ...written, connectionId, bookingId: booking.id, sequence: entry.sequence });
    }
  };

  const read = async ({ context, connection, remote, db }: Work): Promise<void> => {
    const now = context.clock.now();
    const { id: connectionId, providerId } = connection;
    const isDue = connection.readWholeAt === null || now.getTime() - connection.readWholeAt.getTime() >= READ_WHOLE_EVERY_MS;
    const [provider] = await findProvidersByIds(db, [providerId]);
    const changes = await remote.changes(isDue ? null : connection.syncToken, {
      from: new Date(now.getTime() - DAY_MS),
      until: new Date(now.getTime() + AHEAD_MS),
      timeZone: provider?.timeZone ?? context.tenant.timeZone,
    });
    await tenants.transaction(context, async (within) => {
      const readWholeAt = changes.whole ? now : undefined;
      if (!(await noteRead(within, connectionId, { syncToken: changes.token, readWholeAt, at: now }))) return;
      const own = new Set((await findCopies(within, connectionId)).map(({ externalId }) => externalId));
      // What was written from here comes back as something that stands there.
      const isForeign = ({ externalId, uid }: (typeof changes.events)[number]): boolean =>
        !own.has(externalId) && (uid === null || bookingOfUid(uid, host) === null);
      const events = changes.events.filter(isForeign);
      await replaceBusyTimes(within, { connectionId, providerId }, { ...changes, events });
      for (const conflict of await findNewConflicts(within, { connectionId, providerId }, now)) {
        await outbox.emit(within, context, 'booking.calendar_conflict_found', {
          connectionId,
          providerId,
          bookingId: conflict.bookingId,
          busyFrom: conflict.busyFrom.toISOString(),
          busyUntil: conflict.busyUntil.toISOString(),
        });
      }
    });
  };

  /** Takes back what was written into a calendar that is being disconnected. */
  const leave = async (work: Work): Promise<void> => {
    const { connection, remote, db } = work;
    for (const copy of await findCopies(db, connection.id)) {
      await remote.remove(copy);
      await deleteCopy(db, connection.id, copy.bookingId);
    }
    await endWatch(work);
    await deleteConnection(db, connection.id);
  };

  const openRemote = (context: RequestContext, db: TenantDb, { id, kind, address, sealed }: CalendarConnection): RemoteCalendar => {
    const purpose = credentialsPurpose(context.tenant.id, id);
    return providers.open({ kind, address, credentials: secretBox.open(sealed, purpose) }, (credentials) =>
      updateConnection(db, id, { sealed: secretBox.seal(credentials, purpose) }),
    );
  };

  const refused = async (context: RequestContext, db: TenantDb, { id, status }: CalendarConnection, failure: string): Promise<JobOutcome> => {
    // Nobody can take back what stands there without the credentials.
    if (status === 'LEAVING') await deleteConnection(db, id);
    else {
      await tenants.transaction(context, async (within) => {
        await updateConnection(within, id, { status: 'REFUSED', nextSyncAt: null, lastError: failure });
        await outbox.emit(within, context, 'booking.calendar_connection_changed', { connectionId: id, change: 'REFUSED' });
      });
    }
    return { is: 'FAILED', failure, final: true };
  };

  const attempt = async (context: RequestContext, db: TenantDb, connection: CalendarConnection): Promise<JobOutcome> => {
    try {
      const work = { context, connection, db, remote: openRemote(context, db, connection) };
      if (connection.status === 'LEAVING') await leave(work);
      else {
        await write(work);
        // Before it is read, so that nothing changes in between of which nobody is told.
        await keepWatch(work, publicUrl);
        await read(work);
      }
      return { is: 'DONE' };
    } catch (error) {
      if (error instanceof CredentialsRefusedError) return refused(context, db, connection, error.message);
      if (!(error instanceof CalendarFailedError)) throw error;
      await updateConnection(db, connection.id, { lastError: error.message });
      return { is: 'FAILED', failure: error.message, final: false };
    }
  };

  return handleJob<BookingJobs>()('booking.sync_calendar', {
    retry: PATIENT,
    async run(context, { payload: { connectionId } }) {
      const db = tenants.of(context);
      const now = context.clock.now();
      if (!(await leaseConnection(db, connectionId, now, new Date(now.getTime() + LEASE_MS)))) {
        const gone = (await findConnection(db, connectionId)) === null;
        return gone ? { is: 'DONE' } : { is: 'FAILED', failure: BUSY, final: false };
      }
      try {
        const connection = await findConnection(db, connectionId);
        if (!connection || connection.status === 'PAUSED' || connection.status === 'REFUSED') return { is: 'DONE' };
        return await attempt(context, db, connection);
      } finally {
        const next = new Date(context.clock.now().getTime() + SYNC_EVERY_MS);
        await updateConnection(db, connectionId, { leasedUntil: null });
        await postponeSync(db, connectionId, next);
      }
    },
    async abandoned(_context, db, { payload: { connectionId } }) {
      await updateConnection(db, connectionId, { lastError: 'Every attempt was cut short' });
    },
  });
}
