import { createMailDesk } from '../_kernel/mail/mail-desk.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createAdminUserService } from './admin-user/admin-user.service.js';
import type { IdentityEvents } from './events.js';
import { createMailedProofService } from './mailed-proof/mailed-proof.service.js';
import { createMembershipLoaders } from './membership/membership.loader.js';
import { createMembershipService } from './membership/membership.service.js';
import { createPasswordHasher } from './password/password-hasher.js';
import { createPasswordService } from './password/password.service.js';
import { sendProofWhenRequested } from './reactions/send-proof-when-requested.js';
import { schema } from './schema.js';
import type { IdentityServices } from './services.js';
import { createMagicLinkService } from './session/magic-link.service.js';
import { createSessionService } from './session/session.service.js';
import { createSignIn } from './session/sign-in.js';
import { createTokenIssuer } from './session/token-issuer.js';
import { signingKeyRoute } from './signing-key/signing-key.route.js';
import { createSigningKeyService } from './signing-key/signing-key.service.js';
import { createEmailVerificationService } from './user/email-verification.service.js';
import { createEnrolmentService } from './user/enrolment.service.js';
import { createRegistrationService } from './user/registration.service.js';
import { createUserLoader } from './user/user.loader.js';
import { createUserService } from './user/user.service.js';

export interface IdentityConfig {
  /** Public address of the platform: `iss` of the tokens it signs, and what links in mails lead to. */
  readonly issuer: string;
}

/** Who people are, how they prove it, and what their roles allow. */
export function createIdentity(runtime: SubgraphRuntime, config: IdentityConfig): Subgraph<IdentityServices> {
  const { tenants, platform } = runtime.database;
  const { secretBox, clock } = runtime;
  const outbox = runtime.outbox.for<IdentityEvents>();
  const hasher = createPasswordHasher();
  const signingKeys = createSigningKeyService({ platform, secretBox, clock });
  const tokens = createTokenIssuer(signingKeys, config.issuer);
  const memberships = createMembershipService({ tenants, outbox, loaders: createMembershipLoaders(tenants) });

  const userLoader = createUserLoader(tenants);
  const signIn = createSignIn({ tenants, outbox, tokens });
  const mails = createMailDesk(outbox, secretBox, 'identity.mail_requested');
  const proofs = createMailedProofService({ tenants, outbox, secretBox, mails, publicUrl: config.issuer });

  return {
    name: 'identity',
    schema,
    services: {
      users: createUserService(userLoader),
      registration: createRegistrationService({ platform, hasher, memberships, proofs }),
      enrolment: createEnrolmentService({ platform, hasher, memberships }),
      memberships,
      sessions: createSessionService({ tenants, platform, outbox, hasher, signIn }),
      magicLinks: createMagicLinkService({ tenants, platform, outbox, proofs, signIn }),
      proofs,
      passwords: createPasswordService({ tenants, platform, outbox, hasher, proofs, mails }),
      emailVerification: createEmailVerificationService({ tenants, platform, outbox, proofs, users: userLoader }),
      adminUsers: createAdminUserService({ tenants, platform, outbox, hasher, tokens }),
    },
    reactions: [sendProofWhenRequested(proofs)],
    routes: [signingKeyRoute(signingKeys)],
    schedules: [],
  };
}
