import { z } from 'zod';
import {
  ConflictError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { once } from '../../_kernel/events/idempotency.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { money } from '../money.js';
import { assertMayBecome, paymentState, refundableMoney } from './payment.js';
import type { PaymentProvider, RefundReason } from './payment-provider.js';
import type { PaymentRecorder } from './payment-recorder.js';
import { knownOf } from './known-payment.js';
import { findPayment, lockPayment, type PaymentRow } from './payment.store.js';
import { failUnnamedRefund, findRefund, insertRefund } from './refund.store.js';
import { createSingleFlight } from './single-flight.js';

export const REFUND_REASONS = [
  'REQUESTED_BY_CLIENT',
  'DUPLICATE',
  'FRAUDULENT',
] as const satisfies readonly RefundReason[];

const refundSchema = z.object({
  paymentId: z.guid('must be a UUID'),
  amount: z.int('must be a whole number').positive('must be positive').nullish(),
  reason: z.enum(REFUND_REASONS),
  idempotencyKey: z.string(),
});

export interface RefundPaymentInput {
  /** UUID. */
  readonly paymentId: string;
  /** Minor units of the payment's currency; all that is left when left out. */
  readonly amount?: number | null | undefined;
  readonly reason: RefundReason;
  readonly idempotencyKey: string;
}

export interface RefundPaymentService {
  /**
   * Gives money of a payment back. The same key again gives the same refund.
   * @returns the payment
   * @throws {ForbiddenError} without `billing:update`
   * @throws {ValidationError} on `amount` when it is more than is left
   * @throws {NotFoundError}
   * @throws {InvalidTransitionError} when the money was not collected, or all of it went back already
   * @throws {ConflictError} when the provider has nothing left to give back, or never had the payment
   * @throws {PaymentProviderUnavailableError} when it is not known how it ended: it is tried again without your doing
   */
  refund(context: RequestContext, input: RefundPaymentInput): Promise<PaymentRow>;
  /** Writes, in the caller's transaction, that all that is left of a payment is to go back. Carried out later. */
  requestInFull(context: RequestContext, db: TenantDb, paymentId: string): Promise<void>;
  /**
   * Takes a refund that was written to the provider, unless it knows of it. Safe to repeat.
   * @throws {PaymentProviderUnavailableError}
   */
  carryOut(context: RequestContext, refundId: string): Promise<void>;
}

export function createRefundPaymentService(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: PaymentProvider;
  readonly recorder: PaymentRecorder;
}): RefundPaymentService {
  const { tenants, provider, recorder } = parts;
  const singly = createSingleFlight();

  const carryOut = (context: RequestContext, refundId: string): Promise<void> =>
    singly(`refund ${refundId}`, async () => {
      const db = tenants.of(context);
      const refund = await findRefund(db, refundId);
      const payment = refund && (await findPayment(db, refund.paymentId));
      if (!payment?.providerRef || refund?.state !== 'PENDING' || refund.providerRef !== null) return;
      const { id: paymentId, providerRef, currency, bill } = payment;
      const outcome = await provider.refund(
        {
          providerPaymentId: providerRef,
          amount: money(Number(refund.amount), currency),
          reason: reasonOf(refund.reason),
          subject: { tenantId: context.tenant.id, paymentId, bookingId: bill.bookingId },
        },
        `refund-${refundId}`,
      );
      await tenants.transaction(context, async (tx) => {
        // The bill before the refunds: whoever else writes both locks them in this order.
        await lockPayment(tx, paymentId);
        if (outcome.kind === 'REFUSED') await failUnnamedRefund(tx, refundId, context.clock.now());
        await recorder.record(context, tx, paymentId, {
          providerRef,
          evidence: outcome.kind === 'REFUSED' ? [] : [{ kind: 'refund', refund: outcome.refund }],
        });
      });
    });

  return {
    async refund(context, given) {
      if (context.principal.kind === 'anonymous') throw new UnauthenticatedError('Sign in to do this');
      requirePermission(context, 'billing:update');
      const { idempotencyKey: key, ...input } = validate(refundSchema, given);
      const refundId = await tenants.transaction(context, async (db) => {
        const { id } = await once(context, db, { operation: 'refundPayment', key, input }, async () => {
          const payment = await lockPayment(db, input.paymentId);
          if (!payment) throw new NotFoundError('Payment');
          const amount = amountToRefund(payment, input.amount ?? null);
          const made = { id: uuidv7(), paymentId: payment.id, amount, reason: input.reason };
          await insertRefund(db, { ...made, createdAt: context.clock.now() });
          return made.id;
        });
        return id;
      });
      await carryOut(context, refundId);
      const refund = await findRefund(tenants.of(context), refundId);
      if (refund?.state === 'FAILED') throw new ConflictError('The payment provider could not give the money back');
      const payment = await findPayment(tenants.of(context), input.paymentId);
      if (!payment) throw new NotFoundError('Payment');
      return payment;
    },
    async requestInFull(context, db, paymentId) {
      const payment = await lockPayment(db, paymentId);
      const left = payment ? refundableMoney(knownOf(payment)).amount : 0;
      if (!payment?.providerRef || left === 0) return;
      await insertRefund(db, {
        id: uuidv7(),
        paymentId,
        amount: left,
        reason: 'REQUESTED_BY_CLIENT',
        createdAt: context.clock.now(),
      });
    },
    carryOut,
  };
}

/** @param asked minor units; null for all that is left */
function amountToRefund(payment: PaymentRow, asked: number | null): number {
  const known = knownOf(payment);
  const left = refundableMoney(known).amount;
  if (left === 0) assertMayBecome(paymentState(known), 'REFUNDED');
  if (payment.providerRef === null) throw new ConflictError('This payment was made elsewhere: give it back there');
  if (asked !== null && asked > left) {
    throw ValidationError.of('amount', `must be at most ${left}, which is what is left`);
  }
  return asked ?? left;
}

/** @throws {Error} for a refund that was not asked for by us; those have their provider's name from the start */
function reasonOf(stored: string): RefundReason {
  const reason = REFUND_REASONS.find((known) => known === stored);
  if (!reason) throw new Error(`a refund for the reason ${stored} is not ours to carry out`);
  return reason;
}
