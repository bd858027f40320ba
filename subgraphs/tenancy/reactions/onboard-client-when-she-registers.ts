import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { ClientOnboardingService } from '../client-onboarding/client-onboarding.service.js';

export const onboardClientWhenSheRegisters = (onboarding: ClientOnboardingService): Reaction =>
  reactTo<IdentityEvents>()(
    'identity.membership_granted',
    'onboardClientWhenSheRegisters',
    async (context, db, { payload: { userId, roles, isVerified = true } }) => {
      if (roles.length === 1 && roles[0] === 'USER') await onboarding.begin(context, db, { userId, isVerified });
    },
  );
