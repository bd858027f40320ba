import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { SECRET_KEY, sdkFor, startDouble } from './double-for-tests.js';
import type { StripeDouble } from './stripe-double.js';

let double: StripeDouble;
let stripe: Stripe;
let now: Date;
beforeEach(async () => {
  now = new Date('2026-05-01T09:00:00Z');
  double = await startDouble({ clock: { now: () => now } });
  stripe = sdkFor(double);
});
afterEach(() => double.stop());

const order = {
  amount: 2_000,
  currency: 'eur',
  capture_method: 'automatic',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const;
const charges = async (): Promise<number> => (await stripe.charges.list({ limit: 100 })).data.length;
const raw = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${double.url}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${SECRET_KEY}`, ...init.headers },
  });

describe('the protocol', () => {
  it('lets in nobody without the right key', async () => {
    await expect(sdkFor(double, { key: 'sk_test_wrong' }).customers.list()).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    expect((await fetch(`${double.url}/v1/customers`)).status).toBe(401);
    const basic = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString('base64')}`;
    expect((await raw('/v1/customers', { headers: { Authorization: basic } })).status).toBe(200);
  });

  it.each(['/v1/subscriptions', '/v1/payment_intents/pi_1/verify_microdeposits', '/v2/core/accounts', '/'])(
    'answers 404 to the unknown path %s',
    async (path) => {
      const response = await raw(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    },
  );

  it.each([
    'payment_intents',
    'charges',
    'customers',
    'refunds',
    'events',
    'balance_transactions',
    'payment_methods',
  ])('answers resource_missing to an unknown id of %s', async (resource) => {
    const response = await raw(`/v1/${resource}/none_1`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'resource_missing' } });
  });

  it('names each request and the version it speaks', async () => {
    const customer = await stripe.customers.create({});
    expect(customer.lastResponse.requestId).toMatch(/^req_/);
    expect(customer.lastResponse.apiVersion).toBe(Stripe.API_VERSION);
    const other = await raw('/v1/customers', { headers: { 'Stripe-Version': '2019-01-01' } });
    expect(other.status).toBe(400);
  });

  it('pages through a list in both directions', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      ids.unshift((await stripe.customers.create({ name: `c${index}` })).id);
    const walked: string[] = [];
    for await (const customer of stripe.customers.list({ limit: 3 })) walked.push(customer.id);
    expect(walked).toEqual(ids);
    const back = await stripe.customers.list({ limit: 3, ending_before: ids[5] ?? '' });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(2, 5));
    expect(back.has_more).toBe(true);
    await expect(stripe.customers.list({ limit: 101 })).rejects.toMatchObject({ param: 'limit' });
    await expect(stripe.customers.list({ starting_after: 'cus_none' })).rejects.toMatchObject({
      param: 'starting_after',
    });
  });

  it('filters a list by the time of creation', async () => {
    await stripe.customers.create({ name: 'early' });
    now = new Date(now.getTime() + 60_000);
    const late = await stripe.customers.create({ name: 'late' });
    const found = await stripe.customers.list({ created: { gte: late.created } });
    expect(found.data.map(({ name }) => name)).toEqual(['late']);
  });

  it('keeps 50 keys of metadata and no more', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_none, index) => [`k${index}`, 'v']));
    const { id } = await stripe.customers.create({ metadata });
    await expect(stripe.customers.update(id, { metadata: { one: 'more' } })).rejects.toMatchObject({
      param: 'metadata',
    });
    await expect(stripe.customers.update(id, { metadata: { k1: 'x'.repeat(501) } })).rejects.toMatchObject({
      param: 'metadata[k1]',
    });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  it('refuses to expand what is no reference', async () => {
    const { id } = await stripe.paymentIntents.create(order);
    await expect(stripe.paymentIntents.retrieve(id, { expand: ['amount'] })).rejects.toMatchObject({
      param: 'expand',
    });
    await expect(stripe.paymentIntents.retrieve(id, { expand: ['__proto__.x'] })).rejects.toMatchObject({
      param: 'expand',
    });
  });

  it.each(['a[b', 'a=1&a[b]=2', 'metadata=1', '[x]=1'])('refuses the malformed form %s', async (body) => {
    expect((await raw('/v1/customers', { method: 'POST', body })).status).toBe(400);
  });
});

describe('an idempotency key', () => {
  const confirmed = { ...order, confirm: true, payment_method: 'pm_card_visa' } as const;

  it('has its first answer replayed and no second effect', async () => {
    const first = await stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' });
    const again = await stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' });
    expect(again).toEqual(first);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(await charges()).toBe(1);
  });

  it('has even a decline replayed', async () => {
    const declined = { ...confirmed, payment_method: 'pm_card_chargeDeclined' };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(stripe.paymentIntents.create(declined, { idempotencyKey: 'k1' })).rejects.toMatchObject({
        statusCode: 402,
      });
    }
    expect(await charges()).toBe(1);
  });

  it('may not be used for another request', async () => {
    await stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' });
    await expect(
      stripe.paymentIntents.create({ ...confirmed, amount: 2_001 }, { idempotencyKey: 'k1' }),
    ).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });

  it('may be used again after its request failed validation', async () => {
    await expect(
      stripe.paymentIntents.create({ ...confirmed, amount: 1 }, { idempotencyKey: 'k1' }),
    ).rejects.toMatchObject({ statusCode: 400 });
    expect(await stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' })).toMatchObject({
      status: 'succeeded',
    });
  });

  it('is refused with 409 while a request runs under it', async () => {
    const release = double.control.holdRequests();
    const outcomes = Array.from({ length: 10 }, () =>
      stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' }).then(
        () => 200,
        (error: unknown) => (error instanceof Stripe.errors.StripeError ? error.statusCode : undefined),
      ),
    );
    // Nine are refused while one is held; only then is it let go.
    const refused = new Promise<void>((resolve) => {
      let count = 0;
      for (const outcome of outcomes)
        void outcome.then((status) => {
          if (status === 409 && (count += 1) === 9) resolve();
        });
    });
    await refused;
    release();
    expect((await Promise.all(outcomes)).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
    expect(await charges()).toBe(1);
  });

  it('is forgotten after a day', async () => {
    await stripe.paymentIntents.create(confirmed, { idempotencyKey: 'k1' });
    now = new Date(now.getTime() + 24 * 60 * 60 * 1_000);
    await stripe.paymentIntents.create({ ...confirmed, amount: 3_000 }, { idempotencyKey: 'k1' });
    expect(await charges()).toBe(2);
  });
});

describe('misbehaviour on demand', () => {
  const pay = (sdk: Stripe): Promise<Stripe.PaymentIntent> =>
    sdk.paymentIntents.create({ ...order, confirm: true, payment_method: 'pm_card_visa' });

  it.each([
    ['a lost connection', { kind: 'reset', effect: 'after' }],
    ['a 500', { kind: 'server_error', effect: 'after' }],
    ['a timeout', { kind: 'timeout', effect: 'after' }],
  ] as const)(
    'charges once when the answer to a charge is %s and the SDK tries again',
    async (_what, disturbance) => {
      double.control.disturbRequests(disturbance);
      expect(await pay(sdkFor(double, { retries: 1, timeout: 300 }))).toMatchObject({ status: 'succeeded' });
      expect(await charges()).toBe(1);
      const creations = double.control.requests().filter(({ method }) => method === 'POST');
      expect(creations.map(({ isReplay }) => isReplay)).toEqual([false, true]);
      expect(new Set(creations.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    },
  );

  it('has no effect when it strikes before', async () => {
    double.control.disturbRequests({ kind: 'server_error', path: '/v1/payment_intents' });
    await expect(pay(stripe)).rejects.toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
    expect(await charges()).toBe(0);
  });

  it('is commanded from this machine by JSON and by nothing else', async () => {
    const command = (body: string, type = 'application/json'): Promise<Response> =>
      fetch(`${double.url}/_control`, { method: 'POST', body, headers: { 'Content-Type': type } });
    const valid = JSON.stringify({ action: 'disturb_requests', kind: 'server_error', count: 2 });
    expect((await command(valid, 'text/plain')).status).toBe(404);
    expect((await command('{"action":"burn"}')).status).toBe(400);
    expect((await command('{')).status).toBe(400);
    expect((await command(valid)).status).toBe(200);
    await expect(pay(stripe)).rejects.toMatchObject({ statusCode: 500 });
    await expect(pay(stripe)).rejects.toMatchObject({ statusCode: 500 });
    expect(await pay(stripe)).toMatchObject({ status: 'succeeded' });
  });
});
