import type { LedgerService } from './ledger/ledger.service.js';
import type { PayForBookingService } from './payment/pay-for-booking.service.js';
import type { PaymentService } from './payment/payment.service.js';
import type { ReceiveWebhookService } from './payment/receive-webhook.service.js';
import type { ReconcilePaymentsService } from './payment/reconcile-payments.service.js';
import type { RefundPaymentService } from './payment/refund-payment.service.js';

/** What commerce's resolvers, routes and schedules can call. */
export interface CommerceServices {
  readonly payments: PaymentService;
  readonly paying: PayForBookingService;
  readonly refunding: RefundPaymentService;
  readonly webhooks: ReceiveWebhookService;
  readonly reconciliation: ReconcilePaymentsService;
  readonly ledger: LedgerService;
}
