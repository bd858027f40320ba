import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { forgetVerifiedDomain, rememberVerifiedDomain } from '../identity-provider/identity-provider.store.js';

/** A domain that is the company's makes addresses below it the company's, too, for as long as it is. */
export const rememberEmailDomainWhenItIsVerified = (): Reaction =>
  reactTo<TenancyEvents>()('tenancy.domain_changed', 'rememberEmailDomainWhenItIsVerified', async (_context, db, event) => {
    const { host, change } = event.payload;
    if (change === 'VERIFIED') await rememberVerifiedDomain(db, host, event.occurredAt);
    else if (change !== 'ADDED') await forgetVerifiedDomain(db, host);
  });
