import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { IdentityServices } from '../services.js';
import { acceptInvitationPage } from './accept-invitation.page.js';
import { accountPagesRoutes } from './account-pages.route.js';
import { accountPages } from './account.pages.js';
import type { AuthorizationRequests } from './authorization-requests.js';
import { consentPages } from './consent.page.js';
import type { BrowserSessionService } from './browser-session.service.js';
import { createErrands } from './errand.js';
import { resetPasswordPage, verifyEmailPage } from './mailed-proof.pages.js';
import type { PageBrands } from './page-brand.store.js';
import { providerSignInPage } from './provider-sign-in.page.js';
import { signInPages } from './sign-in.page.js';

/** Every page under `/account`. They know no rule of their own: each asks the service that the graph asks, too. */
export function createAccountPages(parts: {
  readonly services: IdentityServices;
  readonly browsers: BrowserSessionService;
  readonly requests: AuthorizationRequests;
  readonly brandOf: PageBrands;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly SubgraphRoute[] {
  const { services, browsers, requests, brandOf, publicUrl, clock, logger } = parts;
  const errands = createErrands({ ...services, browsers, requests });
  return accountPagesRoutes({
    pages: [
      ...signInPages({ ...services, browsers, errands }),
      providerSignInPage({ ...services, errands }),
      verifyEmailPage(services.emailVerification),
      resetPasswordPage(services.passwords, services.proofs),
      acceptInvitationPage(services.invitations),
      ...consentPages({ browsers, requests }),
      ...accountPages({ ...services, browsers }),
    ],
    brandOf,
    isSecure: publicUrl.startsWith('https:'),
    clock,
    logger,
  });
}
