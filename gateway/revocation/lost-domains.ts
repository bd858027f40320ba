import type { GatewayLogger } from '../logger.js';
import { Refusal } from '../refusal.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';
import type { TokenIssuers } from '../stages/authentication/token-issuers.js';
import type { TenantDirectory } from '../stages/tenant/tenant-directory.js';
import type { ListedSessions } from './open-sessions.js';

export interface DomainParts {
  readonly directory: Pick<TenantDirectory, 'find'>;
  readonly issuers: TokenIssuers;
  readonly logger: GatewayLogger;
}

/**
 * Ends what was opened at a company's own domain, or with a token that was issued there, once the domain is not the
 * company's any more. Whoever else is connected to the company stays.
 */
export function createLostDomains({ directory, issuers, logger }: DomainParts, sessions: Pick<ListedSessions, 'of'>) {
  const refusalOf = async ({ tenant, ownDomain, issuer, requestId }: IdentifiedRequest): Promise<Refusal | null> => {
    if (ownDomain !== undefined && (await directory.find({ host: ownDomain }, requestId))?.id !== tenant.id) {
      return new Refusal('NOT_FOUND', 'There is no such tenant');
    }
    if (issuer !== undefined && !(await issuers.accept(issuer, { tenant, requestId }))) {
      return new Refusal('UNAUTHENTICATED', 'The access token is not valid');
    }
    return null;
  };

  return {
    /** @param tenantId of whom something is other than before: its domains, perhaps */
    async look(tenantId: string): Promise<void> {
      for (const session of sessions.of(tenantId)) {
        try {
          const refusal = await refusalOf(session.caller);
          if (refusal) session.end(refusal);
        } catch (error) {
          // Who cannot be asked has not said that it is lost; the token ends in any case.
          logger.warn({ err: error, tenant: tenantId }, 'cannot look whose the domain of a connection is');
        }
      }
    },
  };
}
