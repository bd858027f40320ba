import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TokenRealm } from '../../_kernel/wire/access-token.js';
import type { IdentityEvents } from '../events.js';
import { assuranceClaims } from './assurance.js';
import { newRefreshToken, REFRESH_TOKEN_SECONDS } from './session.js';
import { insertRefreshToken, insertSession, type SessionRow } from './session.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export interface RefreshGrant {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A token that nobody has seen yet. */
export function newRefreshGrant(now: Date): RefreshGrant {
  return { token: newRefreshToken(), expiresAt: new Date(now.getTime() + REFRESH_TOKEN_SECONDS * 1_000) };
}

/** Opens a session for somebody whose proof was checked, and says so. */
export async function openSession(
  context: RequestContext,
  db: TenantDb,
  outbox: Outbox<IdentityEvents>,
  subject: { readonly realm: TokenRealm; readonly subjectId: string; readonly amr: readonly string[] },
): Promise<{ readonly session: SessionRow; readonly refresh: RefreshGrant }> {
  const now = context.clock.now();
  const session = await insertSession(db, {
    id: uuidv7(),
    realm: subject.realm,
    subjectId: subject.subjectId,
    ip: context.origin.ip,
    userAgent: context.origin.userAgent,
    amr: [...subject.amr],
    authenticatedAt: now,
    createdAt: now,
    expiresAt: new Date(now.getTime() + REFRESH_TOKEN_SECONDS * 1_000),
  });
  const refresh = newRefreshGrant(now);
  const { expiresAt } = refresh;
  await insertRefreshToken(db, { hash: hashOfSecret(refresh.token), sessionId: session.id, expiresAt });
  await outbox.emit(db, context, 'identity.login_succeeded', {
    realm: subject.realm,
    subjectId: subject.subjectId,
    sessionId: session.id,
    assurance: assuranceClaims(subject.amr, now).acr,
  });
  return { session, refresh };
}
