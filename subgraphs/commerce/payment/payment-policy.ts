import type { Prisma } from '../../../prisma/generated/client.js';
import type { RESOURCES } from '../../_kernel/policy/catalogue.js';
import type { PolicyResource } from '../../_kernel/policy/policy.js';
import { asBigInt, asDate, whereOf, type Column } from '../../_kernel/policy/row-filter-query.js';
import type { RowFilter } from '../../_kernel/policy/row-filter.js';
import type { PaymentRow } from './payment.store.js';

type Attribute = keyof (typeof RESOURCES)['Payment'];

export const paymentResource = ({ id, tenantId, bill, status, amount, createdAt }: PaymentRow): PolicyResource => ({
  type: 'Payment',
  id,
  tenantId,
  attributes: { id, ownerId: bill.clientUserId, status, amount, createdAt } satisfies Record<Attribute, unknown>,
});

const COLUMNS: Readonly<Record<Attribute, Column<Prisma.PaymentWhereInput>>> = {
  id: { where: (id) => ({ id }) },
  ownerId: { where: (clientUserId) => ({ bill: { clientUserId } }), optional: true },
  status: { where: (status) => ({ status }) },
  amount: { where: (amount) => ({ amount }), value: asBigInt },
  createdAt: { where: (createdAt) => ({ createdAt }), value: asDate },
};

/** The payments that a filter leaves, as a condition of a query. */
export const paymentsLeftBy = (filter: RowFilter): Prisma.PaymentWhereInput => whereOf(filter, COLUMNS);
