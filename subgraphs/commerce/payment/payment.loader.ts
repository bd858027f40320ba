import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findBillsOfBookings, findPaymentsByIds, type BillWithPayments, type PaymentRow } from './payment.store.js';

export interface PaymentLoaders {
  readonly byId: LoaderDefinition<string, PaymentRow | null>;
  readonly billByBookingId: LoaderDefinition<string, BillWithPayments | null>;
}

export const createPaymentLoaders = (tenants: TenantDatabase): PaymentLoaders => ({
  byId: {
    name: 'paymentById',
    batch: async (context, ids) =>
      inKeyOrder(ids, await findPaymentsByIds(tenants.of(context), ids), (row) => row.id),
  },
  billByBookingId: {
    name: 'billByBookingId',
    batch: async (context, bookingIds) => {
      const bills = await findBillsOfBookings(tenants.of(context), bookingIds);
      const byBooking = new Map(bills.flatMap((bill) => bill.lines.map(({ bookingId }) => [bookingId, bill] as const)));
      return bookingIds.map((bookingId) => byBooking.get(bookingId) ?? null);
    },
  },
});
