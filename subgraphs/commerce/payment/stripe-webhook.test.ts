import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { InvalidWebhookError, type WebhookRefusal } from './payment-provider.js';
import { StripePaymentProvider } from './stripe.js';

const SECRET = 'whsec_new';
const FORMER_SECRET = 'whsec_former';
const now = new Date('2026-05-01T09:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const provider = new StripePaymentProvider({
  secretKey: 'sk_test_none',
  webhookSecrets: [SECRET, FORMER_SECRET],
  apiBase: null,
});

const intent = {
  id: 'pi_1',
  object: 'payment_intent',
  amount: 12_000,
  amount_received: 12_000,
  currency: 'usd',
  last_payment_error: null,
  metadata: { tenant_id: 'tenant-1', payment_id: 'payment-1', booking_id: 'booking-1' },
};
const event = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: seconds,
  data: { object: intent },
};
const body = JSON.stringify(event);
const signed = (
  payload: string,
  options: { readonly secret?: string; readonly timestamp?: number } = {},
): string =>
  Stripe.webhooks.generateTestHeaderString({
    payload,
    secret: options.secret ?? SECRET,
    timestamp: options.timestamp ?? seconds,
  });

function refusalOf(payload: string, header: string | null): WebhookRefusal | null {
  try {
    provider.parseWebhook(payload, header, now);
    return null;
  } catch (error) {
    if (error instanceof InvalidWebhookError) return error.reason;
    throw error;
  }
}

describe('a webhook from Stripe', () => {
  it('becomes an event of ours, with everything it is deduplicated and routed by', () => {
    expect(provider.parseWebhook(Buffer.from(body), signed(body), now)).toEqual({
      type: 'payment.succeeded',
      eventId: 'evt_1',
      occurredAt: now,
      tenantId: 'tenant-1',
      paymentId: 'payment-1',
      bookingId: 'booking-1',
      providerPaymentId: 'pi_1',
      asked: { amount: 12_000, currency: 'USD' },
      received: { amount: 12_000, currency: 'USD' },
      decline: null,
    });
  });

  it('is believed under the former secret while it is rotated', () => {
    expect(refusalOf(body, signed(body, { secret: FORMER_SECRET }))).toBeNull();
  });

  it.each([-300, 0, 300])('is believed when its clock is %d seconds off', (skew) => {
    expect(refusalOf(body, signed(body, { timestamp: seconds + skew }))).toBeNull();
  });

  it.each<[string, string, string | null, WebhookRefusal]>([
    ['without a signature', body, null, 'UNSIGNED'],
    ['with an empty signature', body, '', 'UNSIGNED'],
    ['with a signature that is none', body, 'hello', 'BAD_SIGNATURE'],
    ['signed by somebody else', body, signed(body, { secret: 'whsec_other' }), 'BAD_SIGNATURE'],
    ['altered after it was signed', body.replace('12000', '1'), signed(body), 'BAD_SIGNATURE'],
    ['older than five minutes', body, signed(body, { timestamp: seconds - 301 }), 'TOO_OLD'],
    ['more than five minutes ahead', body, signed(body, { timestamp: seconds + 301 }), 'TOO_FAR_AHEAD'],
    [
      'from the far future, which the SDK alone would believe',
      body,
      signed(body, { timestamp: seconds * 2 }),
      'TOO_FAR_AHEAD',
    ],
    [
      'with a second timestamp put before the signed one',
      body,
      `t=${seconds},${signed(body, { timestamp: seconds * 2 })}`,
      'TOO_FAR_AHEAD',
    ],
    ['that is empty', '', signed(body), 'MALFORMED'],
    ['that is no JSON', 'hello', signed('hello'), 'MALFORMED'],
    ['that is no event', '{"object":"charge"}', signed('{"object":"charge"}'), 'MALFORMED'],
    ['that is null', 'null', signed('null'), 'MALFORMED'],
  ])('is refused %s', (_what, payload, header, reason) => {
    expect(refusalOf(payload, header)).toBe(reason);
  });

  it.each([
    ['of a type we do not act on', { ...event, type: 'customer.created' }, 'NOT_RELEVANT'],
    [
      'about a payment that was not made by us',
      { ...event, data: { object: { ...intent, metadata: {} } } },
      'NOT_OURS',
    ],
  ])('is ignored %s', (_what, told, reason) => {
    const payload = JSON.stringify(told);
    expect(provider.parseWebhook(payload, signed(payload), now)).toMatchObject({
      type: 'ignored',
      eventId: 'evt_1',
      reason,
    });
  });
});
