import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import { deleteConsent, findConsentsOf, type OidcConsentRow } from './consent.store.js';
import { deleteGrants, findGrantsOfClient } from './grant.store.js';
import { deleteRecordsOfGrants } from './record.store.js';

/** What somebody has allowed clients. Every call throws {UnauthenticatedError}. */
export interface OidcConsentService {
  /** One's own, newest first. */
  mine(context: RequestContext): Promise<OidcConsentRow[]>;
  /** Takes it back: the client's tokens end, and it has to ask again. @throws {NotFoundError} */
  revoke(context: RequestContext, id: string): Promise<OidcConsentRow>;
}

export function createOidcConsentService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): OidcConsentService {
  const { tenants, outbox } = parts;
  return {
    mine: async (context) => findConsentsOf(tenants.of(context), requireMember(context).userId),
    async revoke(context, id) {
      const { userId } = requireMember(context);
      return tenants.transaction(context, async (db) => {
        const revoked = await deleteConsent(db, id, userId);
        if (!revoked) throw new NotFoundError('Consent');
        const hashes = (await findGrantsOfClient(db, revoked.clientId, userId)).map(({ hash }) => hash);
        await deleteRecordsOfGrants(db, hashes);
        await deleteGrants(db, hashes);
        const { clientId, scopes } = revoked;
        await outbox.emit(db, context, 'identity.oidc_consent_changed', { userId, clientId, scopes, change: 'REVOKED' });
        return revoked;
      });
    },
  };
}
