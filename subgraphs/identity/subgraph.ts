import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createAdminUserService } from './admin-user/admin-user.service.js';
import type { IdentityEvents } from './events.js';
import { createMembershipLoaders } from './membership/membership.loader.js';
import { createMembershipService } from './membership/membership.service.js';
import { createPasswordHasher } from './password/password-hasher.js';
import { schema } from './schema.js';
import type { IdentityServices } from './services.js';
import { createSessionService } from './session/session.service.js';
import { createTokenIssuer } from './session/token-issuer.js';
import { signingKeyRoute } from './signing-key/signing-key.route.js';
import { createSigningKeyService } from './signing-key/signing-key.service.js';
import { createEnrolmentService } from './user/enrolment.service.js';
import { createRegistrationService } from './user/registration.service.js';
import { createUserLoader } from './user/user.loader.js';
import { createUserService } from './user/user.service.js';

export interface IdentityConfig {
  /** `iss` of the tokens it signs. */
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

  return {
    name: 'identity',
    schema,
    services: {
      users: createUserService(createUserLoader(tenants)),
      registration: createRegistrationService({ platform, hasher, memberships }),
      enrolment: createEnrolmentService({ platform, hasher, memberships }),
      memberships,
      sessions: createSessionService({ tenants, platform, outbox, hasher, tokens }),
      adminUsers: createAdminUserService({ tenants, platform, outbox, hasher, tokens }),
    },
    reactions: [],
    routes: [signingKeyRoute(signingKeys)],
    schedules: [],
  };
}
