import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import { revokeSessionsOfUser } from '../session/session.store.js';
import { deletePassword, type UserWithPassword } from './user.store.js';

/**
 * Who signed up with an address and never showed that it is hers may have been anybody, waiting for the place that
 * its owner is given: her password goes, and so does whoever is signed in with it.
 */
export async function distrustUnproven(
  context: RequestContext,
  db: PlatformDb,
  outbox: Outbox<IdentityEvents>,
  user: UserWithPassword,
): Promise<void> {
  if (user.status !== 'PENDING' || !user.password) return;
  await deletePassword(db, user.id);
  await revokeSessionsOfUser(db, user.id, null, 'PASSWORD_CHANGED', context.clock.now());
  await outbox.emit(db, context, 'identity.password_changed', { userId: user.id, by: 'RESET', keptSessionId: null });
}
