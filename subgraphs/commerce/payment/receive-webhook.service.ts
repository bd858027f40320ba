import type { Clock } from '../../_kernel/request/clock.js';
import { isUuid } from '../../_kernel/request/ids.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { refundedAmount, type PaymentEvidence } from './payment.js';
import { evidenceOfEvent, type PaymentEvent, type PaymentProvider } from './payment-provider.js';
import { ForeignPaymentNewsError, type PaymentNews, type PaymentRecorder } from './payment-recorder.js';
import { knownOf } from './known-payment.js';
import { findPayment, findPaymentOwner } from './payment.store.js';
import { insertStripeEvent } from './stripe-event.store.js';

/** What became of a webhook; only REFUSED is worth the provider's attention. */
export type WebhookReceipt = 'HANDLED' | 'DUPLICATE' | 'IGNORED' | 'REFUSED';

export interface ReceiveWebhookService {
  /**
   * Takes what the provider tells of its own accord. The event's id, the payment, the ledger and our own events are
   * written in one transaction, so an event counts once however often it comes.
   * @param rawBody exactly as received
   * @throws {InvalidWebhookError} when it is not to be believed; nothing is then written
   */
  receive(rawBody: Uint8Array, signature: string | null, requestId: string): Promise<WebhookReceipt>;
}

type EventOfOurs = Exclude<PaymentEvent, { type: 'ignored' }>;

export function createReceiveWebhookService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly provider: PaymentProvider;
  readonly recorder: PaymentRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
}): ReceiveWebhookService {
  const { tenants, platform, provider, recorder, clock, logger } = parts;

  /** The context of the tenant that the event speaks of; null when that tenant has no such payment. */
  const contextOf = async (event: EventOfOurs, requestId: string): Promise<RequestContext | null> => {
    if (!isUuid(event.tenantId) || !isUuid(event.paymentId)) return null;
    const owner = await findPaymentOwner(platform.db, event.tenantId, event.paymentId);
    return owner && systemContext({ name: 'stripe-webhook', tenant: owner.tenant, clock, logger, requestId });
  };

  /** Where the event only says that refunds have changed, they are asked for, unless we know of them all. */
  const evidenceOf = async (context: RequestContext, event: EventOfOurs): Promise<PaymentEvidence[]> => {
    const evidence = evidenceOfEvent(event);
    if (evidence) return [evidence];
    if (event.type !== 'payment.refunds_changed') return [];
    const payment = await findPayment(tenants.of(context), event.paymentId);
    if (payment && refundedAmount(knownOf(payment)) === event.refunded.amount) return [];
    const refunds = await provider.listRefunds(event.providerPaymentId);
    return refunds.map((refund) => ({ kind: 'refund', refund }));
  };

  return {
    async receive(rawBody, signature, requestId) {
      const event = provider.parseWebhook(rawBody, signature, clock.now());
      if (event.type === 'ignored') return 'IGNORED';
      const context = await contextOf(event, requestId);
      if (!context) {
        logger.warn({ eventId: event.eventId }, 'webhook about a payment that its tenant does not have');
        return 'REFUSED';
      }
      const decline = 'decline' in event ? event.decline : null;
      const news: PaymentNews = {
        providerRef: event.providerPaymentId,
        evidence: await evidenceOf(context, event),
        declineCode: decline?.declineCode ?? decline?.code ?? null,
      };
      try {
        return await tenants.transaction(context, async (db) => {
          const { eventId: id, type } = event;
          const fresh = await insertStripeEvent(db, { id, type, receivedAt: clock.now() });
          if (!fresh) return 'DUPLICATE';
          await recorder.record(context, db, event.paymentId, news);
          return 'HANDLED';
        });
      } catch (error) {
        if (!(error instanceof ForeignPaymentNewsError)) throw error;
        logger.warn({ err: error, eventId: event.eventId }, 'webhook about another payment of the provider');
        return 'REFUSED';
      }
    },
  };
}
