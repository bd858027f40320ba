import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TokenRealm } from '../../_kernel/wire/access-token.js';
import type { IdentityEvents } from '../events.js';
import { hashRefreshToken, judgeRefreshToken } from './session.js';
import { newRefreshGrant, type RefreshGrant } from './session-opener.js';
import { lockRefreshToken, replaceRefreshToken, revokeSession, type SessionRow } from './session.store.js';

export interface Rotated {
  readonly session: SessionRow;
  readonly refresh: RefreshGrant;
}

/**
 * Changes a refresh token for the next one of its family, in the caller's transaction; that must commit also when
 * the answer is null, since a token that comes a second time has ended the session.
 * @param stillMay whether whose session it is may still sign in
 * @returns null for a token that is unknown, used, expired, of another realm, or whose owner may not any more
 */
export async function rotateRefreshToken(
  context: RequestContext,
  db: TenantDb,
  outbox: Outbox<IdentityEvents>,
  realm: TokenRealm,
  token: string,
  stillMay: (subjectId: string) => Promise<boolean>,
): Promise<Rotated | null> {
  const hash = hashRefreshToken(token);
  const now = context.clock.now();
  const presented = await lockRefreshToken(db, hash);
  const verdict = judgeRefreshToken(presented, now);
  if (!presented || verdict === 'REFUSED' || presented.session.realm !== realm) return null;
  const { session } = presented;
  if (verdict === 'REUSED') {
    await revokeSession(db, session.id, 'TOKEN_REUSED', now);
    const { id: sessionId, subjectId } = session;
    await outbox.emit(db, context, 'identity.session_ended', { realm, subjectId, sessionId, reason: 'TOKEN_REUSED' });
    return null;
  }
  if (!(await stillMay(session.subjectId))) return null;
  const refresh = newRefreshGrant(now);
  await replaceRefreshToken(db, hash, now, {
    hash: hashRefreshToken(refresh.token),
    sessionId: session.id,
    expiresAt: refresh.expiresAt,
  });
  return { session, refresh };
}
