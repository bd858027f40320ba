import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type TestCommerce } from '../../../tests/support/commerce.js';
import { ACME, contextFor, eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { receiptPath } from '../../_kernel/receipts/receipt-link.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { RECEIPTS_PATH } from '../../_kernel/wire/receipts.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { money } from '../money.js';
import { receiptPage } from './receipt.js';

describe('a receipt', () => {
  let test: TestCommerce;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterAll(() => test.stop());

  const open = async (path: string, tenant: TenantIdentity = ACME) => {
    const route = test.commerce.routes?.find((one) => one.path === RECEIPTS_PATH);
    if (!route) throw new Error('Commerce shows no receipts');
    const request = { method: 'GET', path, search: '', headers: {}, body: Buffer.of() };
    return route.handle(request, { tenant, principal: ANONYMOUS, origin: contextFor(tenant).origin });
  };
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
    expect(String(owed.body)).toContain('<a href="/account/sign-in">Sign in to pay</a>');
    expect((await open(path, GLOBEX)).status).toBe(404);

    const again = { bookingId: booking.bookingId, paymentMethodId: 'pm_card_visa', idempotencyKey: uuidv7() };
    await test.commerce.services.paying.pay(test.context(booking.client), again);
    const settled = await eventually(async () => {
      const page = String((await open(path)).body);
      return page.includes('Nothing is due any more') ? page : null;
    });
    expect(settled).not.toContain('Sign in to pay');
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
