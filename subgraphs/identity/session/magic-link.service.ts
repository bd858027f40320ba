import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import type { ShownProof } from '../mailed-proof/mailed-proof.js';
import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';
import { deletePassword, findUserById, markEmailVerified } from '../user/user.store.js';
import { revokeSessionsOfUser } from './session.store.js';
import type { SignedIn, SignIn } from './sign-in.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_PROOF = 'The link or code is not valid any more; ask for a new one';

/** Signing in without a password, by what is sent to one's address. */
export interface MagicLinkService {
  /** @throws {ValidationError} for what is no address; never says whether it is known */
  request(context: RequestContext, email: string): Promise<{ readonly email: string }>;
  /** @throws {UnauthenticatedError} alike for a proof that is unknown, wrong, used, expired or of another tenant */
  consume(context: RequestContext, shown: ShownProof): Promise<SignedIn>;
}

export function createMagicLinkService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly proofs: MailedProofService;
  readonly signIn: SignIn;
}): MagicLinkService {
  const { tenants, platform, outbox, proofs, signIn } = parts;

  /**
   * The password was chosen before anybody knew whose the address is, perhaps by somebody else who waits for its
   * owner to come: it goes, and so does whoever signed in with it.
   */
  const forgetUnverifiedPassword = async (context: RequestContext, db: PlatformDb, userId: string): Promise<void> => {
    await deletePassword(db, userId);
    await revokeSessionsOfUser(db, userId, null, 'PASSWORD_CHANGED', context.clock.now());
    await outbox.emit(db, context, 'identity.password_changed', { userId, by: 'RESET', keptSessionId: null });
  };

  return {
    request: (context, email) => proofs.request(context, 'SIGN_IN', email),
    async consume(context, shown) {
      const user = await platform.transaction(async (db) => {
        const proof = await proofs.use(context, db, 'SIGN_IN', shown);
        const known = proof && (await findUserById(db, proof.userId));
        if (!known || known.email !== proof.email) return null;
        if (await markEmailVerified(db, known.id, known.email)) {
          await outbox.emit(db, context, 'identity.email_verified', { userId: known.id });
          await forgetUnverifiedPassword(context, db, known.id);
        }
        return known;
      });
      const membership = user && (await signIn.membershipOf(context, user));
      if (membership) return signIn.afterFirstFactor(context, membership, 'mail', false);
      await tenants.transaction(context, (db) =>
        outbox.emit(db, context, 'identity.proof_refused', { purpose: 'SIGN_IN' }),
      );
      throw new UnauthenticatedError(REFUSED_PROOF);
    },
  };
}
