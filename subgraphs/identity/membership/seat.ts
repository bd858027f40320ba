import { QuotaExceededError } from '../../_kernel/errors/domain-error.js';
import { hasRoom, quotaOf, releaseQuota, useQuota } from '../../_kernel/quota/quota.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

/** Whoever works for a company takes a seat of its plan, whatever she may do there; its clients take none. */
const takesSeat = (roles: readonly string[]): boolean => roles.some((role) => role !== 'USER');

/**
 * Takes or gives back a seat as somebody's roles change, in the caller's transaction.
 * @param before none for somebody who comes
 * @param after none for somebody who goes
 * @throws {QuotaExceededError} when every seat of the plan is taken
 */
export async function changeSeat(
  db: PlatformDb | TenantDb,
  context: RequestContext,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  if (takesSeat(before) === takesSeat(after)) return;
  await (takesSeat(after) ? useQuota : releaseQuota)(db, context, 'USERS');
}

/**
 * That somebody with these roles would find a seat at this moment; whether she does shows when she comes.
 * @throws {QuotaExceededError}
 */
export async function requireFreeSeat(db: TenantDb, context: RequestContext, roles: readonly string[]): Promise<void> {
  const seats = takesSeat(roles) ? await quotaOf(db, context, 'USERS') : null;
  if (seats?.limit == null || hasRoom(seats)) return;
  throw new QuotaExceededError('USERS', seats.limit, seats.used);
}
