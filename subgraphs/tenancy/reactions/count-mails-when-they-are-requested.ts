import { dayOf } from '../../_kernel/quota/period.js';
import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { TenancyEvents } from '../events.js';
import { addToBucket } from '../usage/usage.store.js';

const on = reactTo<IdentityEvents & TenancyEvents>();

const countOne: Reaction['handle'] = async ({ tenant }, db, { occurredAt }) => {
  await addToBucket(db, 'EMAILS', dayOf(occurredAt, tenant.timeZone), 1, null);
};

/** Mails that the platform sends in a company's name count as its use. */
export const countMailsWhenTheyAreRequested: readonly Reaction[] = [
  on('identity.mail_requested', 'countMailsOfIdentity', countOne),
  on('tenancy.mail_requested', 'countMailsOfTenancy', countOne),
];
