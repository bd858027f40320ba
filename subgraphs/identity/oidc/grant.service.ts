import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { BrowserSession } from '../account-pages/browser-session.service.js';
import type { IdentityEvents } from '../events.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { REFRESH_TOKEN_SECONDS } from '../session/session.js';
import { revokeSession, type SessionRow } from '../session/session.store.js';
import { placeToSignInTo } from '../standing/standing.store.js';
import { addConsent, findConsentedScopes } from './consent.store.js';
import { findGrant, insertGrant, prolongSession, queueLogoutNotice } from './grant.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** Whom a client acts for, and by which session. */
export interface ActedFor {
  readonly session: SessionRow;
  readonly membership: MembershipRow;
}

/** What a client was given belongs to a session of somebody, and is worth nothing any more once that is over. */
export interface GrantService {
  /** @returns null when the session is over, or she may not sign in any more */
  actedFor(context: RequestContext, grantId: string): Promise<ActedFor | null>;
  /** Whether a grant is one of the session that the browser has now. */
  isOf(context: RequestContext, grantId: string, browser: BrowserSession): Promise<boolean>;
  /** @param grant `sid` is what the client knows the session by; null where it is told of none */
  begin(
    context: RequestContext,
    grant: { readonly id: string; readonly clientId: string; readonly sid: string | null },
    browser: BrowserSession,
  ): Promise<void>;
  /** Has a client told that she has signed out of it; the session itself may go on. */
  leave(context: RequestContext, clientId: string, sid: string): Promise<void>;
  /** Lets the session go on for as long as a new refresh token is good. */
  prolong(context: RequestContext, grantId: string): Promise<void>;
  /** Ends the session of a grant whose token is in two hands. */
  endForReuse(context: RequestContext, grantId: string): Promise<void>;
  /** What she has allowed the client so far. */
  consented(context: RequestContext, userId: string, clientId: string): Promise<readonly string[]>;
  consent(context: RequestContext, userId: string, clientId: string, scopes: readonly string[]): Promise<void>;
}

export function createGrantService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): GrantService {
  const { tenants, outbox } = parts;
  return {
    async actedFor(context, grantId) {
      const grant = await findGrant(tenants.of(context), hashOfSecret(grantId));
      if (!grant || grant.session.revokedAt !== null || grant.session.expiresAt <= context.clock.now()) return null;
      const membership = await tenants.transaction(context, (db) => placeToSignInTo(db, grant.userId));
      return membership && { session: grant.session, membership };
    },
    async isOf(context, grantId, { session }) {
      return (await findGrant(tenants.of(context), hashOfSecret(grantId)))?.sessionId === session.id;
    },
    async begin(context, { id, clientId, sid }, { session }) {
      await insertGrant(tenants.of(context), {
        hash: hashOfSecret(id),
        sessionId: session.id,
        userId: session.subjectId,
        clientId,
        sid,
        tenant: context.tenant,
        domain: context.origin.domain ?? null,
        createdAt: context.clock.now(),
      });
    },
    leave: (context, clientId, sid) => queueLogoutNotice(tenants.of(context), clientId, sid, context.clock.now()),
    async prolong(context, grantId) {
      const grant = await findGrant(tenants.of(context), hashOfSecret(grantId));
      const until = new Date(context.clock.now().getTime() + REFRESH_TOKEN_SECONDS * 1_000);
      if (grant) await prolongSession(tenants.of(context), grant.sessionId, until);
    },
    async endForReuse(context, grantId) {
      await tenants.transaction(context, async (db) => {
        const grant = await findGrant(db, hashOfSecret(grantId));
        if (!grant || !(await revokeSession(db, grant.sessionId, 'TOKEN_REUSED', context.clock.now()))) return;
        await outbox.emit(db, context, 'identity.session_ended', {
          realm: 'tenant',
          subjectId: grant.userId,
          sessionId: grant.sessionId,
          reason: 'TOKEN_REUSED',
        });
      });
    },
    consented: (context, userId, clientId) => findConsentedScopes(tenants.of(context), userId, clientId),
    consent: (context, userId, clientId, scopes) =>
      tenants.transaction(context, async (db) => {
        await addConsent(db, { id: uuidv7(), userId, clientId, scopes, at: context.clock.now() });
        await outbox.emit(db, context, 'identity.oidc_consent_changed', { userId, clientId, scopes, change: 'GIVEN' });
      }),
  };
}
