import { eventFeedRoute } from '../_kernel/events/event-feed.js';
import { createMailDesk } from '../_kernel/mail/mail-desk.js';
import { createSmsDesk } from '../_kernel/sms/sms-desk.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { LONGEST_WAIT_MS, REVOCATIONS_PATH } from '../_kernel/wire/revocations.js';
import { isLocalEnvironment } from '../_kernel/wire/local-environment.js';
import { createAccountPages } from './account-pages/create-account-pages.js';
import { createPageBrands } from './account-pages/page-brand.store.js';
import { createBrowserSessionService } from './account-pages/browser-session.service.js';
import { apiKeyRoute, apiKeyUsesRoute } from './api-key/api-key.route.js';
import { createApiKeyService } from './api-key/api-key.service.js';
import { createAddressChangeService } from './address-change/address-change.service.js';
import { createAdminSessionService } from './admin-user/admin-session.service.js';
import { createAdminUserService } from './admin-user/admin-user.service.js';
import { createAdminWelcomeService } from './admin-user/admin-welcome.service.js';
import { createClientLoader } from './client-application/client-application.loader.js';
import { createAuthorizationServer } from './oidc/authorization-server.js';
import { createOidcClientService } from './oidc/client.service.js';
import { createOidcConsentService } from './oidc/consent.service.js';
import { createClientApplicationService } from './client-application/client-application.service.js';
import { operationUsesRoute, registeredOperationRoute } from './client-application/operation-lookup.route.js';
import { createOperationLookupService } from './client-application/operation-lookup.service.js';
import type { IdentityEvents } from './events.js';
import { createConsentService } from './consent/consent.service.js';
import { createServiceAccountLoader } from './service-account/service-account.loader.js';
import { createServiceAccountService } from './service-account/service-account.service.js';
import { createRoleCatalogueLoader } from './role/role.loader.js';
import { policyDecisionRoute } from './policy/policy-decision.route.js';
import { createPolicyService } from './policy/policy.service.js';
import { createSimulationService } from './policy/simulation.service.js';
import { publishPoliciesWhenARoleChanges } from './reactions/publish-policies-when-a-role-changes.js';
import { createIdentityProviders } from './identity-provider/create-identity-providers.js';
import { rememberEmailDomainWhenItIsVerified } from './reactions/remember-email-domain-when-it-is-verified.js';
import { createScim } from './scim/create-scim.js';
import { createRoleService } from './role/role.service.js';
import { createPhoneVerificationService } from './phone/phone-verification.service.js';
import { createProfileService } from './profile/profile.service.js';
import { createImpersonationService } from './impersonation/impersonation.service.js';
import { createInvitationService } from './invitation/invitation.service.js';
import { createRequestedInvitationService } from './invitation/requested-invitation.service.js';
import { createMailedProofService } from './mailed-proof/mailed-proof.service.js';
import { memberActivityRoute } from './membership/member-activity.route.js';
import { createMembershipLoaders } from './membership/membership.loader.js';
import { createMembershipService } from './membership/membership.service.js';
import { createBreachList, NO_BREACHES } from './password/breach-list.js';
import { createPasswordPolicy } from './password/password-policy.js';
import { createPasswordHasher } from './password/password-hasher.js';
import { createPersonalData } from './personal-data/create-personal-data.js';
import { createAskedAddresses } from './own-domain/asked-address.js';
import { createPasskeyService } from './passkey/passkey.service.js';
import { createPasswordService } from './password/password.service.js';
import { grantRoleWhenAWorkflowAsks } from './reactions/grant-role-when-a-workflow-asks.js';
import { inviteOwnerWhenTenantIsCreated } from './reactions/invite-owner-when-tenant-is-created.js';
import { inviteTeamWhenOwnerAsks } from './reactions/invite-team-when-owner-asks.js';
import { keepPageBrandWhenItChanges } from './reactions/keep-page-brand-when-it-changes.js';
import { sendProofWhenRequested } from './reactions/send-proof-when-requested.js';
import { signEverybodyOutWhenOperationsAsks } from './reactions/sign-everybody-out-when-operations-asks.js';
import { schema } from './schema.js';
import type { IdentityServices } from './services.js';
import { createSecondFactorService } from './second-factor/second-factor.service.js';
import { createSecondStepService } from './second-factor/second-step.service.js';
import { createMagicLinkService } from './session/magic-link.service.js';
import { createSessionService } from './session/session.service.js';
import { createSignIn } from './session/sign-in.js';
import { revocations } from './session/revocations.js';
import { createTokenIssuer } from './session/token-issuer.js';
import { keepSigningKeysFresh } from './signing-key/keep-signing-keys-fresh.schedule.js';
import { signingKeyRoute } from './signing-key/signing-key.route.js';
import { createSigningKeyService } from './signing-key/signing-key.service.js';
import { forgetWhatCountsNoMore } from './sign-in-guard/forget-what-counts-no-more.schedule.js';
import { createSignInGuard } from './sign-in-guard/sign-in-guard.service.js';
import { createMemberStandingService } from './standing/member-standing.service.js';
import { createUserStandingService } from './standing/user-standing.service.js';
import { createTrustedDeviceService } from './trusted-device/trusted-device.service.js';
import { createEmailVerificationService } from './user/email-verification.service.js';
import { createEnrolmentService } from './user/enrolment.service.js';
import { createRegistrationService } from './user/registration.service.js';
import { createUserLoader } from './user/user.loader.js';
import { createUserService } from './user/user.service.js';

export interface IdentityConfig {
  /** Public address of the platform: `iss` of the tokens it signs, and what links in mails lead to. */
  readonly issuer: string;
  /** What authenticator apps name the platform by. */
  readonly appName: string;
  /** Where passwords known from breaches are looked up; undefined to ask nobody. */
  readonly breachedPasswordsUrl?: string | undefined;
  /** By what SMS leave the platform; nobody's number can be verified where there is nothing. */
  readonly sms?: object | undefined;
  /** Name of the environment: in development and tests, clients on the own network are told of sign-outs, too. */
  readonly environment?: string;
}

/** Who people are, how they prove it, and what their roles allow. */
export function createIdentity(runtime: SubgraphRuntime, config: IdentityConfig): Subgraph<IdentityServices> {
  const { tenants, platform } = runtime.database;
  const { secretBox, clock } = runtime;
  const outbox = runtime.outbox.for<IdentityEvents>();
  const hasher = createPasswordHasher();
  const signingKeys = createSigningKeyService({ tenants, platform, outbox, secretBox, clock });
  const tokens = createTokenIssuer(signingKeys, config.issuer);
  const memberships = createMembershipService({
    tenants,
    outbox,
    loaders: createMembershipLoaders(tenants, runtime.policies),
    policies: runtime.policies,
  });

  const userLoader = createUserLoader(tenants);
  const secondFactors = createSecondFactorService({ platform, outbox, secretBox, issuer: config.appName });
  const { breachedPasswordsUrl } = config;
  const policy = createPasswordPolicy(
    breachedPasswordsUrl === undefined ? NO_BREACHES : createBreachList(breachedPasswordsUrl, runtime.logger),
  );
  const guard = createSignInGuard({ tenants, outbox });
  const devices = createTrustedDeviceService(tenants);
  const roles = createRoleService({ tenants, outbox, catalogue: createRoleCatalogueLoader(tenants) });
  const policies = createPolicyService({ tenants, outbox });
  const signIn = createSignIn({ tenants, outbox, tokens, secondFactors, roles });
  const mails = createMailDesk(outbox, secretBox, 'identity.mail_requested');
  const requestedInvitations = createRequestedInvitationService({ outbox, mails, secretBox, publicUrl: config.issuer });
  const personalData = createPersonalData({ runtime, outbox, mails, publicUrl: config.issuer });
  const proofs = createMailedProofService({ tenants, outbox, secretBox, mails, publicUrl: config.issuer });

  const federation = createIdentityProviders({ runtime, outbox, memberships, roles, signIn, publicUrl: config.issuer });
  const addressChanges = createAddressChangeService({ platform, outbox, mails, secretBox });
  const scim = createScim({ runtime, outbox, memberships, roles, addressChanges, publicUrl: config.issuer });

  const operationLookup = createOperationLookupService({ tenants, platform });
  const sessions = createSessionService({ tenants, platform, outbox, hasher, signIn, guard, devices });
  const browsers = createBrowserSessionService(tenants);
  const { issuer: publicUrl } = config;
  const addresses = createAskedAddresses(tenants, publicUrl);
  const brandOf = createPageBrands(tenants, runtime.flags);
  const authorizationServer = createAuthorizationServer({
    runtime,
    outbox,
    signingKeys,
    signIn,
    sessions,
    browsers,
    singleLogouts: federation.logout,
    brandOf,
    addresses,
    publicUrl,
    reachesOwnNetwork: isLocalEnvironment(config.environment),
  });

  const welcomes = createAdminWelcomeService({ platform, outbox, mails, hasher, policy, publicUrl });

  const services: IdentityServices = {
    users: createUserService(userLoader),
    registration: createRegistrationService({ platform, hasher, memberships, proofs, policy }),
    enrolment: createEnrolmentService({ platform, hasher, memberships, policy, roles }),
    signingKeys,
    serviceAccounts: createServiceAccountService({ tenants, outbox, loader: createServiceAccountLoader(tenants) }),
    apiKeys: createApiKeyService({ tenants, outbox, flags: runtime.flags }),
    identityProviders: federation.providers,
    sso: federation.sso,
    federatedSignIn: federation.signIn,
    singleLogouts: federation.logout,
    scimTokens: scim.tokens,
    scimGroups: scim.groups,
    roles,
    policies,
    simulations: createSimulationService(policies, roles),
    profiles: createProfileService({ platform, outbox }),
    phoneVerification: createPhoneVerificationService({
      platform,
      outbox,
      smsDesk: createSmsDesk(outbox, secretBox, 'identity.sms_requested'),
      canSend: config.sms !== undefined,
    }),
    consents: createConsentService({ tenants, outbox }),
    personalData: personalData.service,
    invitations: createInvitationService({
      tenants,
      platform,
      outbox,
      memberships,
      hasher,
      policy,
      mails,
      roles,
      publicUrl: config.issuer,
    }),
    memberships,
    memberStandings: createMemberStandingService({ tenants, outbox, roles, policies: runtime.policies }),
    userStandings: createUserStandingService({ platform, outbox }),
    sessions,
    secondFactors,
    secondSteps: createSecondStepService({ tenants, platform, hasher, secondFactors, guard, signIn }),
    trustedDevices: devices,
    impersonations: createImpersonationService({ tenants, outbox, signIn, tokens }),
    passkeys: createPasskeyService({ tenants, platform, outbox, signIn, guard, addresses }),
    magicLinks: createMagicLinkService({ tenants, platform, outbox, proofs, signIn }),
    proofs,
    passwords: createPasswordService({ tenants, platform, outbox, hasher, proofs, mails, policy }),
    emailVerification: createEmailVerificationService({ tenants, platform, outbox, proofs, users: userLoader, addressChanges }),
    adminSessions: createAdminSessionService({ tenants, platform, outbox, hasher, tokens, secondFactors, guard }),
    adminUsers: createAdminUserService({ platform, outbox, hasher, policy, welcomes }),
    adminWelcomes: welcomes,
    clientApplications: createClientApplicationService({ tenants, loader: createClientLoader(tenants) }),
    oidcClients: createOidcClientService({ tenants, outbox }),
    oidcConsents: createOidcConsentService({ tenants, outbox }),
  };

  return {
    name: 'identity',
    schema,
    services,
    reactions: [publishPoliciesWhenARoleChanges(policies), 
      sendProofWhenRequested(proofs),
      signEverybodyOutWhenOperationsAsks(outbox),
      inviteOwnerWhenTenantIsCreated(requestedInvitations),
      rememberEmailDomainWhenItIsVerified(),
      inviteTeamWhenOwnerAsks(requestedInvitations),
      grantRoleWhenAWorkflowAsks(outbox),
      ...keepPageBrandWhenItChanges,
      ...personalData.reactions,
    ],
    routes: [
      policyDecisionRoute(runtime),
      apiKeyRoute(platform, clock),
      ...scim.routes,
      ...federation.routes,
      apiKeyUsesRoute(platform),
      memberActivityRoute(platform),
      signingKeyRoute(signingKeys),
      registeredOperationRoute(operationLookup),
      operationUsesRoute(operationLookup),
      ...authorizationServer.routes,
      personalData.route,
      ...createAccountPages({ ...authorizationServer, services, browsers, brandOf, publicUrl, clock, logger: runtime.logger }),
      eventFeedRoute({ path: REVOCATIONS_PATH, forms: revocations, runtime, longestWaitMs: LONGEST_WAIT_MS }),
    ],
    schedules: [...federation.schedules, keepSigningKeysFresh(signingKeys), forgetWhatCountsNoMore(platform), authorizationServer.schedule, personalData.schedule],
    jobs: [authorizationServer.job],
  };
}
