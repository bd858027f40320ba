import { ANONYMOUS, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { SecuritySignals } from '../../security-signals.js';
import type { TenantRequest } from '../tenant/tenant.js';

/** What a strategy found out about who asks. */
export interface Credentials {
  readonly principal: Principal;
  /** Tenant the credentials are for; null for those that belong to no tenant. */
  readonly tenantId: string | null;
  /** Epoch milliseconds since when they are good; undefined for those that do not say. */
  readonly issuedAt?: number | undefined;
  /** Epoch milliseconds after which they are worth nothing; null for those without an end. */
  readonly expiresAt: number | null;
  /** Who gave them out, where they name somebody: a company's own domain may be its own no longer. */
  readonly issuer?: string | undefined;
}

/** One way of proving who one is. */
export interface AuthenticationStrategy {
  readonly name: string;
  /**
   * Null when the request carries nothing of this kind.
   * @throws {Refusal} when it does, and it does not hold: a bad proof is never taken for none
   */
  authenticate(request: TenantRequest): Promise<Credentials | null>;
}

/** A request of which it is known who asks. */
export interface IdentifiedRequest extends TenantRequest {
  readonly principal: Principal;
  readonly issuedAt?: number | undefined;
  readonly expiresAt: number | null;
  readonly issuer?: string | undefined;
}

const NOBODY: Credentials = { principal: ANONYMOUS, tenantId: null, expiresAt: null };

/** Tries the strategies in order; the first that recognises its kind of proof decides. */
export function createAuthenticationStage(
  strategies: readonly AuthenticationStrategy[],
  signals: SecuritySignals,
): Stage<TenantRequest, IdentifiedRequest> {
  const credentialsOf = async (request: TenantRequest): Promise<Credentials> => {
    for (const strategy of strategies) {
      const credentials = await strategy.authenticate(request);
      if (credentials) return credentials;
    }
    if (request.authorization) {
      throw new Refusal('UNAUTHENTICATED', 'The Authorization header is of a kind that is not understood');
    }
    return NOBODY;
  };

  return async (request) => {
    const { principal, tenantId, issuedAt, expiresAt, issuer } = await credentialsOf(request);
    if (tenantId !== null && tenantId !== request.tenant.id) {
      signals.report('TENANT_MISMATCH', request.tenant.id);
      throw new Refusal('TENANT_MISMATCH', 'The access token is for another tenant than the host');
    }
    return { ...request, principal, issuedAt, expiresAt, issuer };
  };
}
