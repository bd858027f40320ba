import type { Configuration } from 'oidc-provider';
import type { JobHandler } from '../../_kernel/jobs/job.js';
import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { SubgraphRuntime } from '../../_kernel/subgraph.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { AuthorizationRequests } from '../account-pages/authorization-requests.js';
import type { BrowserSessionService } from '../account-pages/browser-session.service.js';
import type { PageBrands } from '../account-pages/page-brand.store.js';
import type { IdentityEvents } from '../events.js';
import type { SingleLogoutService } from '../identity-provider/single-logout.service.js';
import type { AskedAddresses } from '../own-domain/asked-address.js';
import type { SessionService } from '../session/session.service.js';
import type { SignIn } from '../session/sign-in.js';
import type { SigningKeyService } from '../signing-key/signing-key.service.js';
import { forgetExpiredRecords } from './forget-expired-records.schedule.js';
import { createGrantService } from './grant.service.js';
import { oidcRoutes } from './oidc.route.js';
import { createProviderDirectory } from './provider-directory.js';
import { RequestContexts } from './request-contexts.js';
import { tellClientOfLogout } from './tell-client-of-logout.job.js';
import { createTokenClaims } from './token-claims.js';
import { createTokenExchange } from './token-exchange.js';
import { createWaitingRequests } from './waiting-requests.js';

/** Without the dispatcher that the library hands in, which cuts every connection to the own network. */
const fetchAnywhere: NonNullable<Configuration['fetch']> = (url, options) =>
  fetch(url, { ...options, dispatcher: undefined } as RequestInit);

/** OAuth 2.0 and OpenID Connect for the clients of every tenant. */
export interface AuthorizationServer {
  readonly requests: AuthorizationRequests;
  readonly routes: readonly SubgraphRoute[];
  readonly schedule: Schedule;
  readonly job: JobHandler;
}

export function createAuthorizationServer(parts: {
  readonly runtime: SubgraphRuntime;
  readonly outbox: Outbox<IdentityEvents>;
  readonly signingKeys: SigningKeyService;
  readonly signIn: SignIn;
  readonly sessions: SessionService;
  readonly browsers: BrowserSessionService;
  readonly singleLogouts: SingleLogoutService;
  readonly brandOf: PageBrands;
  readonly addresses: AskedAddresses;
  readonly publicUrl: string;
  /** Whether clients on the own network may be told of a sign-out, as where development happens. */
  readonly reachesOwnNetwork: boolean;
}): AuthorizationServer {
  const { runtime, outbox, signingKeys, signIn, sessions, browsers, singleLogouts, brandOf, addresses, publicUrl, reachesOwnNetwork } = parts;
  const { secretBox, clock, logger } = runtime;
  const { tenants, platform } = runtime.database;
  const contexts = new RequestContexts();
  const grants = createGrantService({ tenants, outbox });
  const providers = createProviderDirectory({
    tenants,
    secretBox,
    clock,
    grants,
    contexts,
    signingKeys,
    addresses,
    brandOf,
    singleLogouts,
    exchange: createTokenExchange({ tenants, platform, outbox, signingKeys, grants, publicUrl }),
    tokenClaims: createTokenClaims({ grants, signIn }),
    ...(reachesOwnNetwork ? { fetch: fetchAnywhere } : {}),
  });
  return {
    requests: createWaitingRequests({ providers, grants }),
    routes: oidcRoutes({
      providers,
      contexts,
      browsers,
      sessions,
      singleLogouts,
      isSecure: publicUrl.startsWith('https:'),
      clock,
      logger,
    }),
    schedule: forgetExpiredRecords(platform),
    job: tellClientOfLogout(providers),
  };
}
