import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { TokenRealm } from '../../_kernel/wire/access-token.js';
import type { IdentityEvents } from '../events.js';
import { newRefreshGrant, type RefreshGrant } from './session-opener.js';
import { revokeSession, rotateRefreshTokenRow, type RotatedSession } from './session.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export interface Rotated {
  readonly session: RotatedSession;
  readonly refresh: RefreshGrant;
}

/**
 * Changes a refresh token for the next one of its family. One that was used already is in two hands, and nobody can
 * tell which of them is the thief's, so its whole session ends.
 * @returns null for a token that is unknown, used, expired, of another realm, or whose owner may not sign in any more
 */
export async function rotateRefreshToken(
  parts: { readonly tenants: TenantDatabase; readonly outbox: Outbox<IdentityEvents> },
  context: RequestContext,
  realm: TokenRealm,
  token: string,
): Promise<Rotated | null> {
  const { tenants, outbox } = parts;
  const now = context.clock.now();
  const refresh = newRefreshGrant(now);
  const outcome = await rotateRefreshTokenRow(tenants.of(context), {
    hash: hashOfSecret(token),
    realm,
    now,
    next: { hash: hashOfSecret(refresh.token), expiresAt: refresh.expiresAt },
  });
  if (outcome.verdict === 'ROTATED') return { session: outcome, refresh };
  if (outcome.verdict === 'REUSED') {
    const { id: sessionId, subjectId } = outcome;
    await tenants.transaction(context, async (db) => {
      if (!(await revokeSession(db, sessionId, 'TOKEN_REUSED', now))) return;
      await outbox.emit(db, context, 'identity.session_ended', { realm, subjectId, sessionId, reason: 'TOKEN_REUSED' });
    });
  }
  return null;
}
