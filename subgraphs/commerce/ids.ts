import { defineId } from '../_kernel/graphql/global-id.js';

export const PaymentId = defineId('Payment', 'pay');
export const CommissionId = defineId('Commission', 'com');
export const CommissionRuleId = defineId('CommissionRule', 'cru');
export const BillId = defineId('Bill', 'bil');
export const JournalEntryId = defineId('JournalEntry', 'jrn');
export const AccountId = defineId('LedgerAccount', 'acc');
