import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import type { ShownProof } from '../mailed-proof/mailed-proof.js';
import type { AddressChangeService } from '../address-change/address-change.service.js';
import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';
import type { UserLoader } from './user.loader.js';
import { markEmailVerified } from './user.store.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_PROOF = 'The link or code is not valid any more; ask for a new one';

export interface EmailVerificationService {
  /**
   * Sends whoever is signed in a new link and code, unless her address is verified.
   * @throws {UnauthenticatedError}
   */
  request(context: RequestContext): Promise<{ readonly email: string }>;
  /**
   * Verifies an address by what was sent to it, and makes it a person's where her company's directory gave it to her.
   * @returns the id of the person
   * @throws {UnauthenticatedError} alike for a proof that is unknown, wrong, used, expired or of another tenant
   */
  verify(context: RequestContext, shown: ShownProof): Promise<string>;
}

export function createEmailVerificationService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly proofs: MailedProofService;
  readonly users: UserLoader;
  readonly addressChanges: AddressChangeService;
}): EmailVerificationService {
  const { tenants, platform, outbox, proofs, users, addressChanges } = parts;
  /** The person whose address a link or code makes it; null for none. */
  const changedBy = async (context: RequestContext, db: PlatformDb, shown: ShownProof): Promise<string | null> => {
    const proof = await proofs.use(context, db, 'EMAIL_CHANGE', shown);
    return proof && (await addressChanges.complete(context, db, proof)) ? proof.userId : null;
  };

  return {
    async request(context) {
      const { userId } = requireMember(context);
      const user = await context.loaders.of(context, users).load(userId);
      if (!user) throw new UnauthenticatedError('Sign in to do this');
      return proofs.request(context, 'EMAIL_VERIFICATION', user.email);
    },

    async verify(context, shown) {
      const userId = await platform.transaction(async (db) => {
        const proof = await proofs.use(context, db, 'EMAIL_VERIFICATION', shown);
        if (!proof) return changedBy(context, db, shown);
        const changed = await markEmailVerified(db, proof.userId, proof.email);
        if (changed) await outbox.emit(db, context, 'identity.email_verified', { userId: proof.userId });
        return proof.userId;
      });
      if (userId) return userId;
      await tenants.transaction(context, (db) =>
        outbox.emit(db, context, 'identity.proof_refused', { purpose: 'EMAIL_VERIFICATION' }),
      );
      throw new UnauthenticatedError(REFUSED_PROOF);
    },
  };
}
