import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { CollectionState, PaymentEvidence } from './payment.js';
import { evidenceOfAnswer, type ProviderPayment } from './payment-provider.js';
import type { PaymentNews } from './payment-recorder.js';

/**
 * When the provider answered, in its own unit of time: its events carry whole seconds, and one that follows an
 * answer within the same second must not look older than it.
 */
export const answeredAt = (context: RequestContext): Date =>
  new Date(Math.floor(context.clock.now().getTime() / 1_000) * 1_000);

/** Nothing but how far the collection has come. */
export const collectionEvidence = (state: CollectionState, at: Date): PaymentEvidence => ({
  kind: 'collection',
  state,
  at: at.getTime(),
  received: 0,
});

/** All that an answer of the provider tells. */
export const newsOf = (payment: ProviderPayment, at: Date): PaymentNews => ({
  providerRef: payment.providerPaymentId,
  evidence: [evidenceOfAnswer(payment, at)],
  clientSecret: payment.clientSecret,
  cardRef: payment.paymentMethodId,
  declineCode: payment.decline?.declineCode ?? payment.decline?.code ?? null,
  fee: payment.fee,
});
