import { groupByKey, inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findPaymentsByIds, findPaymentsOfBookings, type PaymentRow } from './payment.store.js';

export interface PaymentLoaders {
  readonly byId: LoaderDefinition<string, PaymentRow | null>;
  /** Newest first. */
  readonly byBookingId: LoaderDefinition<string, PaymentRow[]>;
}

export const createPaymentLoaders = (tenants: TenantDatabase): PaymentLoaders => ({
  byId: {
    name: 'paymentById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findPaymentsByIds(tenants.of(context), ids), (row) => row.id),
  },
  byBookingId: {
    name: 'paymentsByBookingId',
    batch: async (context, bookingIds) =>
      groupByKey(
        bookingIds,
        await findPaymentsOfBookings(tenants.of(context), bookingIds),
        (row) => row.bill.bookingId,
      ),
  },
});
