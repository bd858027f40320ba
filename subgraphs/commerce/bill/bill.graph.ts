import { builder } from '../builder.js';
import { BillId } from '../ids.js';
import { BILL_STATUSES } from './bill.js';
import type { BillRow } from './bill.store.js';

const BillStatusEnum = builder.enumType('BillStatus', {
  description: 'Whether something is owed.',
  values: BILL_STATUSES,
});

export const BillRef = builder.objectRef<BillRow>('Bill').implement({
  description: 'What a booking costs.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (bill) => BillId.encode(bill.id) }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    amount: t.field({
      type: 'Money',
      description: 'What is owed, or was.',
      resolve: ({ amount, currency }) => ({ amount: Number(amount), currency }),
    }),
    status: t.expose('status', { type: BillStatusEnum, description: 'Whether it is still owed.' }),
  }),
});
