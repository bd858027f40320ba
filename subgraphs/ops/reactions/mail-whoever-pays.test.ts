import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../infra/local/doubles/mailbox/mailbox.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { paymentOfReceipt } from '../../_kernel/receipts/receipt-link.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { CommerceEvents } from '../../commerce/events.js';

describe('whoever pays', () => {
  let mailbox: Mailbox;
  let t: TestOps;
  const clientId = uuidv7();
  const amount = { amount: 8_000, currency: 'USD' };
  const what = 'Massage with Ana (BK-20270131-402913)';

  beforeAll(async () => {
    mailbox = await startMailbox();
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl });
    const member = (userId: string, email: string, roles: readonly string[]) => ({ membershipId: uuidv7(), userId, email, displayName: 'Nora Lind', roles });
    await t.tell('identity.membership_granted', member(clientId, 'client@example.com', ['USER']));
    await t.tell('identity.membership_granted', member(uuidv7(), 'owner@example.com', ['OWNER']));
    await t.tell('identity.membership_granted', member(uuidv7(), 'foreign@example.com', ['OWNER']), { tenant: GLOBEX });
    await t.settle(ACME, GLOBEX);
  });
  afterAll(async () => {
    await t.stop();
    await mailbox.stop();
  });

  const mailTo = (address: string) => eventually(async () => mailbox.messages(address)[0]);
  const mailsAskedFor = async (tenant: TenantIdentity = ACME): Promise<readonly string[]> => {
    await t.settle(tenant);
    await t.settle(tenant);
    const rows = await t.runtime.database.tenants.of({ tenant }).mail.findMany({ orderBy: { id: 'asc' } });
    return rows.map(({ template, recipient }) => `${template} ${recipient}`);
  };

  it('is sent a receipt when the money has come, with the amount and a link that opens it', async () => {
    const paymentId = uuidv7();
    await t.tell('commerce.payment_succeeded', { paymentId, bookingId: uuidv7(), clientId: uuidv7(), amount, method: 'CARD', payerUserId: clientId, what });
    const { subject, text, html } = await mailTo('client@example.com');
    expect(subject).toMatch(/^Receipt RC-\d{8}-[0-9A-F]{8} of Acme: \$80\.00$/);
    expect(text).toContain(`Acme has received $80.00 for ${what}`);
    const [link = ''] = /https:\/\/acme\.spine\.example\/receipts\/\S+/.exec(text) ?? [];
    expect(html).toContain(link);
    expect(paymentOfReceipt(t.runtime.secretBox, ACME.id, new URL(link).pathname)).toBe(paymentId);
    expect(paymentOfReceipt(t.runtime.secretBox, GLOBEX.id, new URL(link).pathname)).toBeNull();
  });

  it('is asked to try again when it has not, and the owners are where nobody who signs in pays', async () => {
    const failed = { paymentId: uuidv7(), bookingId: uuidv7(), declineCode: 'expired_card', amount, what };
    await t.tell('commerce.payment_failed', { ...failed, payerUserId: null });
    const toOwner = await mailTo('owner@example.com');
    expect(toOwner.subject).toBe('Your payment to Acme did not go through');
    expect(await mailsAskedFor()).not.toContain('PAYMENT_FAILED client@example.com');
    await t.tell('commerce.payment_failed', { ...failed, payerUserId: clientId });
    await eventually(async () => mailbox.messages('client@example.com').some(({ text }) => text.includes('did not go through')));
    const [, link = ''] = /See what is due:\n(\S+)/.exec(toOwner.text) ?? [];
    const { host, pathname } = new URL(link);
    expect(host).toBe('acme.spine.example');
    expect(paymentOfReceipt(t.runtime.secretBox, ACME.id, pathname)).toBe(failed.paymentId);
    expect(paymentOfReceipt(t.runtime.secretBox, GLOBEX.id, pathname)).toBeNull();
  });

  it('hears nothing of what is old, of what does not say who paid, and of another company', async () => {
    const before = await mailsAskedFor(GLOBEX);
    const succeeded = { paymentId: uuidv7(), bookingId: uuidv7(), clientId: null, amount, method: 'CARD' as const };
    await t.tell('commerce.payment_succeeded', succeeded, { tenant: GLOBEX });
    await t.tell('commerce.payment_succeeded', { ...succeeded, payerUserId: clientId, what }, { tenant: GLOBEX });
    await t.tell('commerce.payment_failed', { paymentId: uuidv7(), bookingId: uuidv7(), declineCode: null }, { tenant: GLOBEX });
    expect(await mailsAskedFor(GLOBEX)).toEqual(before);
    expect(mailbox.messages('foreign@example.com')).toEqual([]);

    const atAcme = await mailsAskedFor();
    const longAgo = new Date(t.clock.now().getTime() - 2 * 86_400_000);
    const context = contextFor(ACME);
    await t.runtime.database.tenants.transaction(context, (db) =>
      t.runtime.outbox
        .for<CommerceEvents>()
        .emit(db, context, 'commerce.payment_succeeded', { ...succeeded, payerUserId: clientId, what }, longAgo),
    );
    expect(await mailsAskedFor()).toEqual(atAcme);
  });
});
