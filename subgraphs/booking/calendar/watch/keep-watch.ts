import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { noticePathOf } from '../../../_kernel/wire/calendar-notice.js';
import { hashOfSecret } from '../../../_kernel/wire/secret-hash.js';
import { CalendarFailedError, CredentialsRefusedError, type RemoteCalendar, type RemoteWatching } from '../remote/remote-calendar.js';
import { RENEWED_EARLY_MS, WATCH_LASTS_MS } from './calendar-watch.js';
import { deleteWatch, findWatches, insertWatch, updateWatch, type CalendarWatchRow } from './calendar-watch.store.js';

/** A calendar that this process alone is at. */
export interface WatchedCalendar {
  readonly context: RequestContext;
  readonly db: TenantDb;
  readonly connection: { readonly id: string };
  readonly remote: RemoteCalendar;
}

async function endWatches(db: TenantDb, watching: RemoteWatching, watches: readonly CalendarWatchRow[]): Promise<void> {
  for (const { id, externalId } of watches) {
    // In this order, since one that nobody can end is not to be believed either; it ends by itself.
    await deleteWatch(db, id);
    if (externalId !== null) await watching.end({ id, externalId });
  }
}

async function renew({ context, db, connection }: WatchedCalendar, watching: RemoteWatching, publicUrl: string): Promise<void> {
  const now = context.clock.now();
  const until = new Date(now.getTime() + WATCH_LASTS_MS);
  const known = await findWatches(db, connection.id);
  const current = known.find(({ externalId, expiresAt }) => externalId !== null && expiresAt > now);
  if (current && current.expiresAt.getTime() - now.getTime() > RENEWED_EARLY_MS) return;
  const { externalId = null } = current ?? {};
  const expiresAt = current && externalId !== null ? await watching.prolong({ id: current.id, externalId }, until) : null;
  if (current && expiresAt !== null) return updateWatch(db, current.id, { expiresAt });

  // Of one whose beginning was cut short nobody knows the name; it ends by itself, and what it tells is not believed.
  await endWatches(db, watching, known.filter((watch) => watch.externalId === null));
  const id = uuidv7();
  const token = randomBytes(32).toString('base64url');
  // Kept before it is asked for: the service may want an answer from there before it gives one.
  await insertWatch(db, { id, connectionId: connection.id, tokenHash: hashOfSecret(token), expiresAt: until, createdAt: now });
  const address = `${publicUrl}${noticePathOf({ tenantId: context.tenant.id, watchId: id })}`;
  await updateWatch(db, id, await watching.begin({ id, token, address, until }));
  // Only now, so that at no time nothing would be told.
  await endWatches(db, watching, known.filter((watch) => watch.externalId !== null));
}

/**
 * Has a calendar tell of its changes where it can, and goes on with that before it ends. A calendar that will not is
 * kept in step nevertheless, since all of them are looked at from time to time.
 * @param publicUrl of the platform, without a slash at the end
 */
export async function keepWatch(calendar: WatchedCalendar, publicUrl: string): Promise<void> {
  const { watching } = calendar.remote;
  if (!watching) return;
  try {
    await renew(calendar, watching, publicUrl);
  } catch (error) {
    // Services refuse addresses that they do not know with the same answer as credentials, so this decides nothing.
    if (!(error instanceof CalendarFailedError || error instanceof CredentialsRefusedError)) throw error;
    const { context, connection } = calendar;
    context.logger.warn({ err: error, connectionId: connection.id }, 'a calendar does not tell of its changes');
  }
}

/** Has a calendar tell nothing any more. */
export async function endWatch({ db, connection, remote }: WatchedCalendar): Promise<void> {
  if (remote.watching) await endWatches(db, remote.watching, await findWatches(db, connection.id));
}
