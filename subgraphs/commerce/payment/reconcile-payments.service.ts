import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { PaymentCollector } from './payment-collector.js';
import type { PaymentProvider } from './payment-provider.js';
import type { PaymentRecorder } from './payment-recorder.js';
import { findPayment, findUnsettledPayments, touchPayment, type PaymentRow } from './payment.store.js';
import { CHECKOUT_LASTS_MS } from '../checkout/checkout-desk.js';
import type { CheckoutService } from '../checkout/checkout.service.js';
import type { RefundPaymentService } from './refund-payment.service.js';

/** The provider's own events are given this long to arrive. */
const UNATTENDED_MS = 30_000;
/** A payer who has not taken the step she owes by then is taken to have left. */
const ABANDONED_MS = 30 * 60_000;
const FEE_EXPECTED_MS = 24 * 3_600_000;
const AT_ONCE = 200;

export interface ReconcilePaymentsService {
  /**
   * Asks the provider about every payment, of any tenant, that has been left unsettled, and books what is missing.
   * This heals whatever was cut short: a process killed between the provider's answer and our commit, a webhook that
   * never came, a payer who left.
   * @returns how many payments were looked at
   */
  reconcile(context: RequestContext): Promise<number>;
}

export function createReconcilePaymentsService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly provider: PaymentProvider;
  readonly recorder: PaymentRecorder;
  readonly collector: PaymentCollector;
  readonly refunds: RefundPaymentService;
  readonly checkouts: CheckoutService;
}): ReconcilePaymentsService {
  const { tenants, platform, provider, recorder, collector, refunds, checkouts } = parts;

  const settleCollection = async (context: RequestContext, payment: PaymentRow): Promise<void> => {
    if (payment.checkoutRef !== null && payment.collection !== 'SUCCEEDED') {
      await checkouts.settle(context, payment, payment.checkoutRef);
      return;
    }
    if (payment.providerRef === null) {
      // Nothing is ever charged before the provider's id is kept, so nothing was.
      if (payment.collection !== 'REQUIRES_PAYMENT_METHOD') return;
      await (payment.unattended ? collector.collect(context, payment.id) : collector.giveUp(context, payment));
      return;
    }
    const told = await collector.refresh(context, payment);
    if (told === null) {
      context.logger.error({ paymentId: payment.id }, 'the provider does not know a payment of ours');
      return;
    }
    const age = context.clock.now().getTime() - payment.createdAt.getTime();
    const neverConfirmed = told === 'REQUIRES_PAYMENT_METHOD';
    if (neverConfirmed && payment.unattended) {
      await collector.collect(context, payment.id);
      return;
    }
    const abandoned = told === 'REQUIRES_ACTION' && age > ABANDONED_MS;
    if (neverConfirmed || abandoned) await collector.giveUp(context, payment);
  };

  const settleRefunds = async (context: RequestContext, payment: PaymentRow): Promise<void> => {
    const { id, providerRef } = payment;
    const isPending = payment.refunds.some((refund) => refund.state === 'PENDING');
    if (!isPending || providerRef === null) return;
    // Before a refund is asked for again, it is looked for: a key is only remembered for so long.
    const facts = await provider.listRefunds(providerRef);
    const current = await tenants.transaction(context, (db) =>
      recorder.record(context, db, id, {
        providerRef,
        evidence: facts.map((refund) => ({ kind: 'refund', refund })),
      }),
    );
    for (const refund of current.refunds) {
      if (refund.providerRef === null) await refunds.carryOut(context, refund.id);
    }
  };

  const settle = async (context: RequestContext, paymentId: string): Promise<void> => {
    const payment = await findPayment(tenants.of(context), paymentId);
    if (!payment) return;
    await touchPayment(tenants.of(context), paymentId, context.clock.now());
    await settleCollection(context, payment);
    await settleRefunds(context, payment);
  };

  return {
    async reconcile({ clock, logger, origin: { requestId } }) {
      const now = clock.now().getTime();
      const owners = await findUnsettledPayments(platform.db, {
        unattendedSince: new Date(now - UNATTENDED_MS),
        feeExpectedSince: new Date(now - FEE_EXPECTED_MS),
        checkoutsOpenSince: new Date(now - 2 * CHECKOUT_LASTS_MS),
        limit: AT_ONCE,
      });
      for (const { id, tenant } of owners) {
        const context = systemContext({ name: 'reconcile-payments', tenant, clock, logger, requestId });
        try {
          await settle(context, id);
        } catch (error) {
          context.logger.warn({ err: error, paymentId: id }, 'a payment could not be reconciled; will try again');
        }
      }
      return owners.length;
    },
  };
}
