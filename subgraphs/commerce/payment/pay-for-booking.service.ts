import { z } from 'zod';
import {
  ConflictError,
  NotFoundError,
  PaymentDeclinedError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { CatchUp } from '../../_kernel/events/consumer-offset.js';
import { once } from '../../_kernel/events/idempotency.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { assertPayable, billBelongsTo } from '../bill/bill.js';
import { amountOf, nextPortion } from '../bill/bill-account.js';
import { accountOf, lockBillOfBooking, type WholeBill } from '../bill/bill.store.js';
import { money } from '../money.js';
import type { PaymentCollector } from './payment-collector.js';
import { PAYMENT_REFUSALS } from './payment-refusals.js';
import { findUnfinishedPayments, insertPayment, type PaymentRow } from './payment.store.js';

/** How long a payment waits for the bill of a booking that was made a moment ago. */
const CATCH_UP_MS = 3_000;

const paySchema = z.object({
  bookingId: z.guid('must be a UUID'),
  paymentMethodId: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces'),
  whole: z.boolean().optional(),
  idempotencyKey: z.string(),
});

export interface PayForBookingInput {
  /** UUID. */
  readonly bookingId: string;
  /** The provider's id of the card. */
  readonly paymentMethodId: string;
  /** All that is due, although a deposit would do. */
  readonly whole?: boolean | undefined;
  readonly idempotencyKey: string;
}

export interface PayForBookingService {
  /**
   * Pays the bill of a booking by card: the deposit, where one is asked for and nothing has been paid, else all that
   * is due. Bookings that were made together are paid together. The payment that comes back is under way, or waits for a step of the payer;
   * that the money has come is told by the provider afterwards. The same key again gives the same payment.
   * @throws {ValidationError}
   * @throws {NotFoundError} for a booking that is unknown, owes nothing, or is somebody else's without `billing:create`
   * @throws {ConflictError} when it is paid, or another payment of it is under way
   * @throws {PaymentDeclinedError}
   * @throws {PaymentProviderUnavailableError} when it is not known how it ended: repeat with the same key
   */
  pay(context: RequestContext, input: PayForBookingInput): Promise<PaymentRow>;
}

/** Earlier attempts could still be completed at the provider; two would then pay one bill. */
class EarlierAttemptsOpenError extends Error {
  readonly payments: readonly PaymentRow[];

  constructor(payments: readonly PaymentRow[]) {
    super('earlier attempts to pay are still open at the provider');
    this.payments = payments;
  }
}

export function createPayForBookingService(parts: {
  readonly tenants: TenantDatabase;
  readonly catchUp: CatchUp;
  readonly collector: PaymentCollector;
}): PayForBookingService {
  const { tenants, catchUp, collector } = parts;

  const open = async (
    context: RequestContext,
    db: TenantDb,
    bill: WholeBill,
    { paymentMethodId, whole = false }: PayForBookingInput,
  ): Promise<string> => {
    assertPayable(bill.status);
    const portion = nextPortion(accountOf(bill), whole);
    const earlier = await findUnfinishedPayments(db, bill.id);
    if (earlier.length > 0) throw new EarlierAttemptsOpenError(earlier);
    const { principal, tenant, clock } = context;
    const id = uuidv7();
    const inserted = await insertPayment(db, {
      id,
      billId: bill.id,
      amount: money(amountOf(portion), bill.currency),
      ...portion,
      payerUserId: principal.kind === 'member' ? principal.userId : null,
      paymentMethodId,
      tenant,
      createdAt: clock.now(),
    });
    if (!inserted) throw new ConflictError('A payment of this booking is under way');
    return id;
  };

  /** Takes the bill's claim for one new payment, or finds the one that the key has made before. */
  const claim = (context: RequestContext, input: PayForBookingInput, isUpToDate: boolean): Promise<string> =>
    tenants.transaction(context, async (db) => {
      const { idempotencyKey: key, ...what } = input;
      const { id } = await once(context, db, { operation: 'payForBooking', key, input: what }, async () => {
        const bill = await lockBillOfBooking(db, input.bookingId);
        if (!bill || !mayPay(context, bill)) throw new NotFoundError('Booking');
        if (bill.groupId !== null && !isUpToDate) {
          throw new ConflictError('The bill is still being put together; try again in a moment');
        }
        return open(context, db, bill, input);
      });
      return id;
    });

  return {
    async pay(context, given) {
      if (context.principal.kind === 'anonymous') throw new UnauthenticatedError('Sign in to do this');
      const input = validate(paySchema, given);
      const isUpToDate = await catchUp('commerce', context.tenant.id, CATCH_UP_MS);
      let id: string;
      try {
        id = await claim(context, input, isUpToDate);
      } catch (error) {
        if (!(error instanceof EarlierAttemptsOpenError)) throw error;
        for (const payment of error.payments) await collector.giveUp(context, payment);
        id = await claim(context, input, isUpToDate);
      }
      return answerOf(await collector.collect(context, id));
    },
  };
}

const mayPay = (context: RequestContext, bill: WholeBill): boolean =>
  billBelongsTo(bill, context.principal) || hasPermission(context, 'billing:create');

/** What the payer is told of a payment, the first time and at every repeat of the key. */
function answerOf(payment: PaymentRow): PaymentRow {
  if (payment.collection !== 'FAILED' && payment.collection !== 'CANCELLED') return payment;
  switch (payment.declineCode) {
    case PAYMENT_REFUSALS.unknownPaymentMethod:
      throw ValidationError.of('paymentMethodId', 'is not known to the payment provider');
    case PAYMENT_REFUSALS.amountNotChargeable:
      throw ValidationError.of('bookingId', 'costs an amount that cannot be charged');
    default:
      throw new PaymentDeclinedError(
        payment.collection === 'FAILED' ? 'The card was declined' : 'This attempt to pay has been given up',
        payment.declineCode,
      );
  }
}
