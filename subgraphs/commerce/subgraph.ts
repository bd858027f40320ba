import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createBillQueryService } from './bill/bill-query.service.js';
import { createBillService } from './bill/bill.service.js';
import { createCheckoutDesk } from './checkout/checkout-desk.js';
import { createCheckoutService } from './checkout/checkout.service.js';
import { createCommissionRuleService } from './commission/commission-rule.service.js';
import { createCommissionService } from './commission/commission.service.js';
import type { CommerceEvents } from './events.js';
import { createLedgerService } from './ledger/ledger.service.js';
import { createPayForBookingService } from './payment/pay-for-booking.service.js';
import { createPayerCustomers } from './payment/payer-customer.js';
import { createPaymentCollector } from './payment/payment-collector.js';
import { createPaymentImportService } from './payment/payment-import.service.js';
import { createPaymentRecorder } from './payment/payment-recorder.js';
import { createPaymentLoaders } from './payment/payment.loader.js';
import { createPaymentService } from './payment/payment.service.js';
import { createReceiveWebhookService } from './payment/receive-webhook.service.js';
import { reconcilePayments } from './payment/reconcile-payments.schedule.js';
import { createReconcilePaymentsService } from './payment/reconcile-payments.service.js';
import { createRefundPaymentService } from './payment/refund-payment.service.js';
import { StripePaymentProvider } from './payment/stripe.js';
import { stripeWebhookRoute } from './payment/stripe-webhook.route.js';
import { receiptRoutes } from './receipt/receipt.route.js';
import { createReceiptService } from './receipt/receipt.service.js';
import { openBillWhenBookingIsCreated } from './reactions/open-bill-when-booking-is-created.js';
import { payCommissionWhenWorkIsDone } from './reactions/pay-commission-when-work-is-done.js';
import { refundPaymentWhenBookingHasLostItsTime } from './reactions/refund-payment-when-booking-has-lost-its-time.js';
import { settleBillWhenBookingMovesOn } from './reactions/settle-bill-when-booking-moves-on.js';
import { COMMERCE_HOLDINGS } from './personal-data.js';
import { schema } from './schema.js';
import type { CommerceServices } from './services.js';

export interface CommerceConfig {
  /** The platform's address, without a slash at its end. */
  readonly issuer: string;
  readonly stripe: {
    readonly secretKey: string;
    /** Signing secret of the webhook endpoint; two, separated by a comma, while it is rotated. */
    readonly webhookSecret: string;
    /** Another server that speaks Stripe's protocol; Stripe itself when undefined. */
    readonly apiBase: string | undefined;
  };
}

/** What bookings cost, who has paid, and where the money is. */
export function createCommerce(runtime: SubgraphRuntime, config: CommerceConfig): Subgraph<CommerceServices> {
  const { catchUp, clock, logger } = runtime;
  const { tenants, platform } = runtime.database;
  const outbox = runtime.outbox.for<CommerceEvents>();
  const provider = new StripePaymentProvider({
    secretKey: config.stripe.secretKey,
    webhookSecrets: config.stripe.webhookSecret.split(','),
    apiBase: config.stripe.apiBase ?? null,
  });

  const ledger = createLedgerService(tenants);
  const bills = createBillService({ outbox, ledger });
  const commissions = createCommissionService({ tenants, ledger });
  const recorder = createPaymentRecorder({ outbox, ledger });
  const customers = createPayerCustomers({ tenants, provider });
  const desk = createCheckoutDesk({ tenants, provider: provider.checkouts, recorder, customers });
  const collector = createPaymentCollector({ tenants, provider, recorder, customers, checkouts: desk });
  const checkouts = createCheckoutService({ tenants, collector, desk });
  const refunding = createRefundPaymentService({ tenants, provider, recorder });
  const webhooks = createReceiveWebhookService({ tenants, platform, provider, recorder, clock, logger });
  const reconciliation = createReconcilePaymentsService({
    tenants,
    platform,
    provider,
    recorder,
    collector,
    refunds: refunding,
    checkouts,
  });

  return {
    name: 'commerce',
    schema,
    services: {
      commissions,
      commissionRules: createCommissionRuleService({ tenants, outbox }),
      bills: createBillQueryService({ tenants }),
      payments: createPaymentService({ tenants, loaders: createPaymentLoaders(tenants), policies: runtime.policies }),
      paying: createPayForBookingService({ tenants, catchUp, collector }),
      refunding,
      ledger,
      paymentImport: createPaymentImportService({ tenants, recorder }),
    },
    reactions: [
      openBillWhenBookingIsCreated(bills),
      ...settleBillWhenBookingMovesOn(bills),
      ...payCommissionWhenWorkIsDone(commissions),
      refundPaymentWhenBookingHasLostItsTime(bills, refunding),
      answerForPersonalData({ name: 'commerce', holdings: COMMERCE_HOLDINGS }, outbox, runtime.secretBox),
    ],
    routes: [
      stripeWebhookRoute(webhooks),
      ...receiptRoutes({
        receipts: createReceiptService({ tenants }),
        checkouts,
        secretBox: runtime.secretBox,
        publicUrl: config.issuer,
        clock,
        logger,
      }),
    ],
    schedules: [reconcilePayments(reconciliation)],
  };
}
