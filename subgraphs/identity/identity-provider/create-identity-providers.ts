import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { SubgraphRuntime } from '../../_kernel/subgraph.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { IdentityEvents } from '../events.js';
import type { MembershipService } from '../membership/membership.service.js';
import type { RoleService } from '../role/role.service.js';
import type { SignIn } from '../session/sign-in.js';
import { withoutDisabledProvider } from './disabled-provider.js';
import { createFederatedSignInService, type FederatedSignInService } from './federated-sign-in.service.js';
import { forgetSsoAttempts } from './forget-sso-attempts.schedule.js';
import { createIdentityProviderService, type IdentityProviderService } from './identity-provider.service.js';
import { createOidcUpstream } from './oidc-upstream.js';
import { createOutboundFetch } from '../../_kernel/outbound/outbound-fetch.js';
import { createSamlUpstream } from './saml-upstream.js';
import { samlRelations } from './provider-address.js';
import { createSingleLogoutService, type SingleLogoutService } from './single-logout.service.js';
import { ssoRoutes } from './sso.route.js';
import { createSsoService, type SsoService } from './sso.service.js';

export interface IdentityProviders {
  readonly providers: IdentityProviderService;
  readonly sso: SsoService;
  readonly logout: SingleLogoutService;
  readonly signIn: FederatedSignInService;
  readonly routes: readonly SubgraphRoute[];
  readonly schedules: readonly Schedule[];
}

/** What lets people of a company sign in by what other providers say of them. */
export function createIdentityProviders(parts: {
  readonly runtime: SubgraphRuntime;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly roles: RoleService;
  readonly signIn: SignIn;
  readonly publicUrl: string;
}): IdentityProviders {
  const { runtime, outbox, memberships, roles, signIn, publicUrl } = parts;
  const { secretBox, clock, logger } = runtime;
  const { tenants, platform } = runtime.database;
  // A platform without TLS is one for development, where providers are on the same machine.
  const isForDevelopment = new URL(publicUrl).protocol === 'http:';
  const oidc = createOidcUpstream(createOutboundFetch(isForDevelopment), isForDevelopment);
  const samlRelation = samlRelations(publicUrl, secretBox);
  const logout = createSingleLogoutService({ tenants, outbox, secretBox, relationOf: samlRelation });
  const everyone = createSsoService({ tenants, outbox, secretBox, oidc, saml: createSamlUpstream(), samlRelation, publicUrl });
  const sso = withoutDisabledProvider(everyone, runtime.flags);
  return {
    providers: createIdentityProviderService({ tenants, outbox, secretBox, roles, mayBeHttp: isForDevelopment }),
    sso,
    logout,
    signIn: createFederatedSignInService({ tenants, platform, outbox, memberships, signIn, sso, logout }),
    routes: ssoRoutes({ sso, logout, clock, logger }),
    schedules: [forgetSsoAttempts(platform)],
  };
}
