import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { CommerceEvents } from '../events.js';
import type { Money } from '../../_kernel/money/money.js';
import { insertBill, voidOpenBill } from './bill.store.js';

export interface OwedBooking {
  readonly bookingId: string;
  readonly clientId: string | null;
  readonly clientUserId: string | null;
  readonly description: string;
  readonly price: Money;
}

/** What bookings cost. Every use case runs in the caller's transaction. */
export interface BillService {
  /** Opens the bill of a booking, once; what costs nothing gets none. */
  open(context: RequestContext, db: TenantDb, booking: OwedBooking): Promise<void>;
  /** Nothing is owed for the booking any more. A bill that is paid stays paid. */
  void(context: RequestContext, db: TenantDb, bookingId: string): Promise<void>;
}

export function createBillService(outbox: Outbox<CommerceEvents>): BillService {
  return {
    async open(context, db, { price, ...booking }) {
      if (price.amount <= 0) return;
      const id = uuidv7();
      const opened = await insertBill(db, { ...booking, id, amount: price, createdAt: context.clock.now() });
      if (!opened) return;
      const { bookingId } = booking;
      await outbox.emit(db, context, 'commerce.bill_opened', { billId: id, bookingId, amount: price });
    },
    void: (context, db, bookingId) => voidOpenBill(db, bookingId, context.clock.now()),
  };
}
