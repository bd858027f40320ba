import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sdkFor, WEBHOOK_SECRET } from '../../../infra/local/doubles/stripe/double-for-tests.js';
import { signatureHeader } from '../../../infra/local/doubles/stripe/webhooks.js';
import { startTestCommerce, type TestCommerce } from '../../../tests/support/commerce.js';
import { ACME, contextFor, eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { receiptPath } from '../../_kernel/receipts/receipt-link.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { RECEIPTS_PATH } from '../../_kernel/wire/receipts.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { money } from '../money.js';
import { DUE_SHOWN_FOR_MS } from './due.js';
import { receiptPage } from './receipt.js';

describe('a receipt', () => {
  let test: TestCommerce;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterAll(() => test.stop());

  const ask = async (method: 'GET' | 'POST', address: string, tenant: TenantIdentity = ACME) => {
    const route = test.commerce.routes?.find((one) => one.path === RECEIPTS_PATH && one.method === method);
    if (!route) throw new Error('Commerce shows no receipts');
    const { pathname: path, search } = new URL(address, 'https://acme.spine.example');
    const request = { method, path, search, headers: {}, body: Buffer.of() };
    return route.handle(request, { tenant, principal: ANONYMOUS, origin: contextFor(tenant).origin });
  };
  const open = (path: string, tenant?: TenantIdentity) => ask('GET', path, tenant);
  const pathOf = (paymentId: string, tenantId = ACME.id) => receiptPath(test.runtime.secretBox, { tenantId, paymentId });

  it('is shown to whoever has its address, at the company alone, once the money has come', async () => {
    const booking = await test.book();
    const { id } = await test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: 'pm_card_visa',
      idempotencyKey: uuidv7(),
    });
    const shown = await eventually(async () => {
      const answer = await open(pathOf(id));
      return answer.status === 200 ? answer : null;
    });
    const page = String(shown.body);
    expect(page).toMatch(/Receipt RC-\d{8}-[0-9A-F]{8}/);
    expect(page).toContain('Massage with Ana (BK-20270131-402913)');
    expect(page).toContain('$120.00');
    expect(page).not.toContain('Paid back');
    expect(shown.headers).toMatchObject({ 'cache-control': 'no-store', 'content-security-policy': expect.stringContaining("default-src 'none'") });

    expect((await open(pathOf(id), GLOBEX)).status).toBe(404);
    expect((await open(pathOf(id, GLOBEX.id), GLOBEX)).status).toBe(404);
    expect((await open(`${RECEIPTS_PATH}/${id}`)).status).toBe(404);
    expect((await open(`${pathOf(id).slice(0, -6)}AAAAAA`)).status).toBe(404);
    expect((await open(pathOf(uuidv7()))).status).toBe(404);
    expect((await open(RECEIPTS_PATH)).status).toBe(404);
  });

  it('is not there for money that has not come: then its address shows what is due, as long as it is', async () => {
    const booking = await test.book();
    const pay = test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: 'pm_card_chargeDeclinedInsufficientFunds',
      idempotencyKey: uuidv7(),
    });
    await expect(pay).rejects.toThrow('declined');
    const failed = (await test.events('commerce.payment_failed')).find(({ bookingId }) => bookingId === booking.bookingId);
    const path = pathOf(failed?.paymentId ?? '');
    const owed = await open(path);
    expect(owed.status).toBe(200);
    expect(owed.headers).toMatchObject({ 'cache-control': 'no-store', 'content-disposition': 'inline; filename="due.html"' });
    expect(String(owed.body)).toContain('A payment for Massage with Ana (BK-20270131-402913) did not go through');
    expect(String(owed.body)).toContain('<td>Due</td><td>$120.00</td>');
    expect(String(owed.body)).toContain('<button>Pay $120.00 by card</button>');
    expect((await open(path, GLOBEX)).status).toBe(404);

    const again = { bookingId: booking.bookingId, paymentMethodId: 'pm_card_visa', idempotencyKey: uuidv7() };
    await test.commerce.services.paying.pay(test.context(booking.client), again);
    const settled = await eventually(async () => {
      const page = String((await open(path)).body);
      return page.includes('Nothing is due any more') ? page : null;
    });
    expect(settled).not.toContain('<button>');
  });

  describe('of what is due', () => {
    /** A booking whose payment was declined, and the address that its payer was mailed. */
    const failed = async (amount?: number) => {
      const booking = await test.book(amount === undefined ? {} : { amount });
      const pay = { bookingId: booking.bookingId, paymentMethodId: 'pm_card_chargeDeclined', idempotencyKey: uuidv7() };
      await expect(test.commerce.services.paying.pay(test.context(booking.client), pay)).rejects.toThrow('declined');
      const told = (await test.events('commerce.payment_failed')).find(({ bookingId }) => bookingId === booking.bookingId);
      return { booking, path: pathOf(told?.paymentId ?? '') };
    };
    const attemptsOf = async ({ booking }: Awaited<ReturnType<typeof failed>>) =>
      (await test.commerce.services.payments.ofBooking(test.context(booking.client), booking.bookingId)) ?? [];
    const succeededOf = async ({ booking }: Awaited<ReturnType<typeof failed>>) =>
      (await test.events('commerce.payment_succeeded')).filter(({ bookingId }) => bookingId === booking.bookingId);
    /** Asks to pay by card, as the button does. @returns where the payer is sent */
    const checkout = async (path: string): Promise<string> => {
      const answer = await ask('POST', path);
      expect(answer.status).toBe(303);
      return answer.headers['location'] ?? '';
    };
    const giveCard = (page: string, card: string) =>
      fetch(page, { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual' });
    const sessionOf = (page: string) => sdkFor(test.double).checkout.sessions.retrieve(page.split('/').at(-1) ?? '');

    it('takes a card at the page of the provider, and shows the receipt once the money has come', async () => {
      const owed = await failed();
      const page = await checkout(owed.path);
      expect(page).toContain(`${test.double.url}/_checkout/cs_test_`);
      const [made] = await attemptsOf(owed);
      expect(await sessionOf(page)).toMatchObject({
        mode: 'payment',
        client_reference_id: made?.id,
        amount_total: 12_000,
        currency: 'usd',
        metadata: { tenant_id: ACME.id, payment_id: made?.id, booking_id: owed.booking.bookingId },
        cancel_url: `https://acme.spine.example${owed.path}`,
        success_url: expect.stringMatching(/^https:\/\/acme\.spine\.example\/receipts\/[\w.~-]+\?paid$/),
      });
      expect(await (await fetch(page)).text()).toContain('Massage with Ana (BK-20270131-402913)');

      test.double.control.disturbWebhooks({ kind: 'drop', count: 20 });
      const paid = await giveCard(page, '4242 4242 4242 4242');
      expect(paid.status).toBe(303);
      const back = new URL(paid.headers.get('location') ?? '');
      const awaited = await open(back.pathname + back.search);
      expect(String(awaited.body)).toContain('is being confirmed');
      expect(String(awaited.body)).toContain('http-equiv="refresh"');
      test.double.control.clearDisturbances();
      // Whoever presses the button meanwhile does not pay twice.
      expect(await checkout(owed.path)).toBe(owed.path);

      const receipt = await open(back.pathname + back.search);
      expect(String(receipt.body)).toMatch(/Receipt RC-\d{8}-[0-9A-F]{8}/);
      expect(String((await open(owed.path)).body)).toContain('Nothing is due any more');
      expect(await succeededOf(owed)).toHaveLength(1);
    });

    it('settles the bill once, whichever of the events come, how often and in which order', async () => {
      const owed = await failed();
      const page = await checkout(owed.path);
      test.double.control.disturbWebhooks({ kind: 'drop', count: 20 });
      expect((await giveCard(page, '4000 0000 0000 9995')).status).toBe(402);
      expect((await giveCard(page, '4242 4242 4242 4242')).status).toBe(303);
      test.double.control.clearDisturbances();
      const [made] = await attemptsOf(owed);
      const events = [];
      for await (const event of sdkFor(test.double).events.list({ limit: 100 })) {
        const { metadata } = event.data.object as { readonly metadata?: Record<string, string> };
        if (metadata?.['payment_id'] === made?.id) events.push(event);
      }
      const types = events.map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(['checkout.session.completed', 'payment_intent.succeeded', 'payment_intent.payment_failed']));
      const seconds = Math.floor(test.clock.now().getTime() / 1_000);
      // Newest first, then oldest first, and all of them twice.
      for (const event of [...events, ...events.toReversed()]) {
        const body = JSON.stringify(event);
        const { status } = await test.deliver(body, signatureHeader(body, WEBHOOK_SECRET, seconds));
        expect(status).toBe(200);
      }
      const [settled] = await attemptsOf(owed);
      expect(settled).toMatchObject({ id: made?.id, status: 'SUCCEEDED', received: 12_000n, bill: { status: 'PAID' } });
      expect(await succeededOf(owed)).toHaveLength(1);
      const posted = await test.runtime.database.tenants
        .of(owed.booking)
        .journalEntry.count({ where: { reference: `payment:${made?.id}:received` } });
      expect(posted).toBe(1);
    });

    it('is one page for one debt: asked for again, all at once, and after a card that was declined there', async () => {
      const owed = await failed();
      const pages = await Promise.all(Array.from({ length: 10 }, () => checkout(owed.path)));
      expect(new Set(pages).size).toBe(1);
      const [page = ''] = pages;
      expect(await (await giveCard(page, '4000 0000 0000 0002')).text()).toContain('Your card was declined.');
      await eventually(async () => (await attemptsOf(owed))[0]?.status === 'FAILED');
      expect(await checkout(owed.path)).toBe(page);
      expect((await attemptsOf(owed)).filter(({ checkoutRef }) => checkoutRef !== null)).toHaveLength(1);
    });

    it('is closed when somebody pays elsewhere, and when something else is due', async () => {
      const owed = await failed();
      const page = await checkout(owed.path);
      const elsewhere = { bookingId: owed.booking.bookingId, paymentMethodId: 'pm_card_visa', idempotencyKey: uuidv7() };
      await test.commerce.services.paying.pay(test.context(owed.booking.client), elsewhere);
      expect((await sessionOf(page)).status).toBe('expired');
      expect((await giveCard(page, '4242 4242 4242 4242')).status).toBe(404);
      await eventually(async () => (await succeededOf(owed)).length === 1);
      expect(await checkout(owed.path)).toBe(owed.path);

      const changed = await failed();
      const before = await checkout(changed.path);
      const { booking } = changed;
      const db = test.runtime.database.tenants.of(booking);
      await db.billLine.updateMany({ where: { bookingId: booking.bookingId }, data: { price: 9_000n } });
      const after = await checkout(changed.path);
      expect((await sessionOf(before)).status).toBe('expired');
      expect(await sessionOf(after)).toMatchObject({ status: 'open', amount_total: 9_000 });

      // Left alone, it is closed by what reconciles payments.
      await db.billLine.updateMany({ where: { bookingId: booking.bookingId }, data: { price: 8_000n } });
      test.clock.advance(31_000);
      await test.reconcile();
      expect((await sessionOf(after)).status).toBe('expired');
      expect((await attemptsOf(changed)).every(({ status }) => status === 'CANCELLED')).toBe(true);
    });

    it('books what was paid at a page of which no webhook came', async () => {
      const owed = await failed();
      const page = await checkout(owed.path);
      test.double.control.disturbWebhooks({ kind: 'drop', count: 20 });
      await giveCard(page, '4242 4242 4242 4242');
      test.double.control.clearDisturbances();
      test.clock.advance(31_000);
      await test.reconcile();
      expect((await attemptsOf(owed))[0]).toMatchObject({ status: 'SUCCEEDED', fee: 378n });
    });

    it('has the payer prove who she is where her bank wants that', async () => {
      const owed = await failed();
      const page = await checkout(owed.path);
      const bank = (await giveCard(page, '4000 0027 6000 3184')).headers.get('location') ?? '';
      const proven = await fetch(bank, { method: 'POST', body: new URLSearchParams({ outcome: 'proven' }), redirect: 'manual' });
      const back = await fetch(proven.headers.get('location') ?? '', { redirect: 'manual' });
      expect(back.headers.get('location')).toMatch(/\?paid$/);
      await eventually(async () => (await succeededOf(owed)).length === 1);
    });

    it('answers an address that is foreign, altered, old or of no failed payment as one that never was', async () => {
      const owed = await failed();
      const unknown = await ask('POST', pathOf(uuidv7()));
      expect(unknown.status).toBe(404);
      const [paymentId] = (await attemptsOf(owed)).map(({ id }) => id);
      for (const [path, tenant] of [
        [owed.path, GLOBEX],
        [pathOf(paymentId ?? '', GLOBEX.id), GLOBEX],
        [pathOf(paymentId ?? '', GLOBEX.id), ACME],
        [`${owed.path.slice(0, -6)}AAAAAA`, ACME],
        [`${RECEIPTS_PATH}/${paymentId}`, ACME],
        [RECEIPTS_PATH, ACME],
      ] as const) {
        expect(await ask('POST', path, tenant)).toEqual(unknown);
        expect(await open(path, tenant)).toEqual(unknown);
      }
      test.clock.advance(DUE_SHOWN_FOR_MS);
      expect(await ask('POST', owed.path)).toEqual(unknown);
      expect(await open(owed.path)).toEqual(unknown);
    });

    it('says so while the provider does not answer, and makes nothing twice of it', async () => {
      const owed = await failed();
      test.double.control.disturbRequests({ kind: 'reset', effect: 'after', count: 3, path: '/v1/checkout/' });
      const refused = await ask('POST', owed.path);
      expect(refused.status).toBe(503);
      expect(String(refused.body)).toContain('try again');
      // What has begun is given up before another is made.
      expect(await checkout(owed.path)).toBe(owed.path);
      expect(String((await open(owed.path)).body)).toContain('A payment is under way');
      test.clock.advance(31_000);
      await test.reconcile();
      const page = await checkout(owed.path);
      expect((await giveCard(page, '4242 4242 4242 4242')).status).toBe(303);
      await eventually(async () => (await succeededOf(owed)).length === 1);
    });
  });

  it('says what went back since, and shows markup as it stands', () => {
    const page = receiptPage({
      number: 'RC-20270502-7F3A09C1',
      company: 'Acme <b>',
      paidAt: new Date('2027-05-02T23:30:00Z'),
      timeZone: 'Asia/Tokyo',
      lines: [{ description: '<script>alert(1)</script>', amount: money(8_000, 'USD') }],
      received: money(8_000, 'USD'),
      refunded: money(1_050, 'USD'),
    });
    expect(page).toContain('Acme &lt;b&gt;, May 3, 2027');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).toContain('<td>Paid back since</td><td>$10.50</td>');
  });
});
