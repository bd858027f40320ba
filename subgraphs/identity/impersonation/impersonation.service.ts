import { z } from 'zod';
import { ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { lineSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { insertSession, revokeSession } from '../session/session.store.js';
import type { SignIn } from '../session/sign-in.js';
import type { IssuedToken, TokenIssuer } from '../session/token-issuer.js';
import { placeToSignInTo } from '../standing/standing.store.js';
import { findImpersonation, insertImpersonation, type ImpersonationRow } from './impersonation.store.js';

/** As long as an access token; there is nothing to renew it with. */
const MINUTES = 15;

const reasonSchema = z.object({ reason: lineSchema(500) });

export interface ImpersonationBegun {
  readonly impersonation: ImpersonationRow;
  readonly access: IssuedToken;
}

/** Staff of the platform who see what somebody sees, to help her. Everything done so carries both their names. */
export interface ImpersonationService {
  /**
   * Lets staff act in the name of a member of the company whose address it is asked at, for a quarter of an hour.
   * @throws {ForbiddenError} without `platform:users:impersonate` @throws {StepUpRequiredError}
   * @throws {ValidationError} without a reason
   * @throws {NotFoundError} alike for who is unknown here and who may not sign in
   */
  begin(context: RequestContext, userId: string, reason: string): Promise<ImpersonationBegun>;
  /** Ends it before its time. @throws {ForbiddenError} for whoever acts in her own name */
  end(context: RequestContext): Promise<ImpersonationRow>;
  /** Whom the caller acts as, and why; null for whoever acts in her own name. */
  current(context: RequestContext): Promise<ImpersonationRow | null>;
}

export function createImpersonationService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly signIn: SignIn;
  readonly tokens: TokenIssuer;
}): ImpersonationService {
  const { tenants, outbox, signIn, tokens } = parts;

  const current: ImpersonationService['current'] = async (context) => {
    const { principal } = context;
    if (principal.kind !== 'member' || principal.impersonatorId === undefined) return null;
    return findImpersonation(tenants.of(context), principal.sessionId);
  };

  return {
    current,
    async begin(context, userId, given) {
      requirePermission(context, 'platform:users:impersonate');
      const { principal } = context;
      if (principal.kind !== 'platform') throw new ForbiddenError('Only a person of platform staff acts for somebody');
      requireFreshProof(context);
      const { reason } = validate(reasonSchema, { reason: given });
      const startedAt = context.clock.now();
      const endsAt = new Date(startedAt.getTime() + MINUTES * 60_000);
      const begun = await tenants.transaction(context, async (db) => {
        const membership = await placeToSignInTo(db, userId);
        if (!membership) return null;
        const session = await insertSession(db, {
          id: uuidv7(),
          realm: 'tenant',
          subjectId: userId,
          ip: context.origin.ip,
          userAgent: context.origin.userAgent,
          // Nothing of hers was proved.
          amr: [],
          authenticatedAt: new Date(0),
          createdAt: startedAt,
          expiresAt: endsAt,
        });
        const { adminId } = principal;
        const impersonation = await insertImpersonation(db, { sessionId: session.id, adminId, userId, reason, startedAt, endsAt });
        await outbox.emit(db, context, 'identity.impersonation_changed', { adminId, userId, sessionId: session.id, reason, change: 'BEGUN' });
        return { membership, session, impersonation };
      });
      if (!begun) throw new NotFoundError('Member');
      const { membership, session, impersonation } = begun;
      const claims = { ...(await signIn.claimsFor(context, session, membership)), act: { sub: principal.adminId } };
      return { impersonation, access: await tokens.issue('tenant', claims, startedAt) };
    },

    async end(context) {
      const impersonation = await current(context);
      if (!impersonation) throw new ForbiddenError('You act in your own name');
      const { sessionId, adminId, userId, reason } = impersonation;
      await tenants.transaction(context, async (db) => {
        if (!(await revokeSession(db, sessionId, 'LOGOUT', context.clock.now()))) return;
        const event = { realm: 'tenant', subjectId: userId, sessionId, reason: 'LOGOUT' } as const;
        await outbox.emit(db, context, 'identity.session_ended', event);
        await outbox.emit(db, context, 'identity.impersonation_changed', { adminId, userId, sessionId, reason, change: 'ENDED' });
      });
      return impersonation;
    },
  };
}
