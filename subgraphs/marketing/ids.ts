import { defineId } from '../_kernel/graphql/global-id.js';

export const LoyaltyAccountId = defineId('LoyaltyAccount', 'loy');
export const LoyaltyEntryId = defineId('LoyaltyEntry', 'pts');
export const ReviewId = defineId('Review', 'rev');
