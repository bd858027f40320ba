import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { ClientOnboardingService } from '../client-onboarding/client-onboarding.service.js';

export const moveOnboardingOnWhenAddressIsVerified = (onboarding: ClientOnboardingService): Reaction =>
  reactTo<IdentityEvents>()('identity.email_verified', 'moveOnboardingOnWhenAddressIsVerified', (context, db, { payload }) =>
    onboarding.verified(context, db, payload.userId),
  );
