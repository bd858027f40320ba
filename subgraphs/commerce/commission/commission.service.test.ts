import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestCommerce, type BookingForTests, type TestCommerce } from '../../../tests/support/commerce.js';
import { ACME, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { ProviderId } from '../../booking/ids.js';
import type { NewCommissionRule } from './commission-rule.service.js';

describe('commissions', () => {
  let test: TestCommerce;
  const owner = memberOf(['billing:read', 'billing:update']);
  const PRICE = 10_000;

  beforeAll(async () => {
    test = await startTestCommerce();
  });
  afterAll(() => test.stop());

  const setRule = (rule: Partial<NewCommissionRule>, as = owner) =>
    test.commerce.services.commissionRules.set(test.context(as), {
      providerId: null,
      serviceId: null,
      tiers: [{ from: 0, basisPoints: 1_000 }],
      ...rule,
    });

  const settled = async (): Promise<void> => {
    expect(await test.runtime.catchUp('commerce', ACME.id, 30_000)).toBe(true);
  };

  /** Somebody books and pays, and it is done. */
  const done = async (work: { providerId: string; serviceId?: string; at?: Date; amount?: number }): Promise<BookingForTests> => {
    const booking = await test.book({ amount: work.amount ?? PRICE });
    const { serviceId = uuidv7(), providerId } = work;
    const facts = { ...test.factsOf(booking, work.amount ?? PRICE), providerId, serviceId };
    await test.tell(booking, 'booking.completed', facts);
    await settled();
    return booking;
  };

  const totals = (providerId: string, month?: string, as = owner) =>
    test.commerce.services.commissions.totals(test.context(as), { providerId, month });

  const entriesOf = async (bookingId: string): Promise<Record<string, number>> => {
    const { rows } = await test.runtime.pools.platform.query<{ code: string; net: string }>(
      `SELECT a.code, sum(p.amount)::text AS net FROM commerce.commission c
       JOIN commerce.journal_entry e ON e.tenant_id = c.tenant_id AND e.reference LIKE 'commission:' || c.id || ':%'
       JOIN commerce.posting p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id
       JOIN commerce.ledger_account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
       WHERE c.booking_id = $1 GROUP BY a.code ORDER BY a.code`,
      [bookingId],
    );
    return Object.fromEntries(rows.map(({ code, net }) => [code, Number(net)]));
  };

  it('are posted once, to the staff’s account, when a booking is done', async () => {
    const providerId = uuidv7();
    await setRule({ providerId });
    const booking = await done({ providerId });
    await test.tell(booking, 'booking.completed', { ...test.factsOf(booking, PRICE), providerId });
    await settled();
    expect(await entriesOf(booking.bookingId)).toEqual({ commissions_payable: -1_000, staff_commissions: 1_000 });
    expect(await totals(providerId)).toEqual([
      { providerId, currency: 'USD', bookings: 1, turnover: 10_000, earned: 1_000, takenBack: 0 },
    ]);
  });

  it('go by the rule that fits best, and by none where none does', async () => {
    const [providerId, serviceId, other] = [uuidv7(), uuidv7(), uuidv7()];
    await done({ providerId: other });
    await setRule({ serviceId, tiers: [{ from: 0, basisPoints: 500 }] });
    await setRule({ providerId, serviceId, tiers: [{ from: 0, basisPoints: 3_000 }] });
    await setRule({ providerId, tiers: [{ from: 0, basisPoints: 2_000 }] });
    await done({ providerId, serviceId });
    await done({ providerId });
    await done({ providerId: other, serviceId });
    expect((await totals(providerId)).map(({ earned }) => earned)).toEqual([5_000]);
    expect(await totals(other)).toMatchObject([{ bookings: 1, earned: 500 }]);
  });

  it('climb by the turnover of the month, of which what is done at once counts as one after the other', async () => {
    const providerId = uuidv7();
    await setRule({ providerId, tiers: [{ from: 0, basisPoints: 1_000 }, { from: 25_000, basisPoints: 2_000 }] });
    await Promise.all([1, 2, 3, 4].map(() => done({ providerId })));
    expect(await totals(providerId)).toMatchObject([{ bookings: 4, turnover: 40_000, earned: 2_500 + 3_000 }]);
  });

  it('are taken back with what the client gets back, before or after it is done', async () => {
    const providerId = uuidv7();
    await setRule({ providerId });
    const booking = await test.book({ amount: PRICE });
    const { id } = await test.commerce.services.paying.pay(test.context(booking.client), {
      bookingId: booking.bookingId,
      paymentMethodId: 'pm_card_visa',
      idempotencyKey: uuidv7(),
    });
    await eventually(async () => (await test.commerce.services.payments.find(test.context(owner), id))?.succeededAt);
    const refund = (amount?: number) =>
      test.commerce.services.refunding.refund(test.context(owner), {
        paymentId: id,
        amount,
        reason: 'REQUESTED_BY_CLIENT',
        idempotencyKey: uuidv7(),
      });
    await refund(2_500);
    await test.tell(booking, 'booking.completed', { ...test.factsOf(booking, PRICE), providerId });
    await settled();
    expect(await totals(providerId)).toMatchObject([{ earned: 1_000, takenBack: 250 }]);
    await refund();
    await eventually(async () => (await totals(providerId))[0]?.takenBack === 1_000);
    expect(await entriesOf(booking.bookingId)).toEqual({ commissions_payable: 0, staff_commissions: 0 });
  });

  it('are counted by months of the company’s calendar', async () => {
    const providerId = uuidv7();
    await setRule({ providerId });
    await done({ providerId });
    const { edges } = await test.commerce.services.commissions.list(test.context(owner), { providerId }, { first: 5 });
    const month = edges[0]?.node.month ?? '';
    expect(month).toMatch(/^\d{4}-\d\d$/);
    expect(await totals(providerId, month)).toHaveLength(1);
    expect(await totals(providerId, '1999-01')).toEqual([]);
    await expect(totals(providerId, '2027-13')).rejects.toMatchObject({ issues: [{ field: 'month' }] });
  });

  it('show to whoever does the work her own alone, and to the books everybody’s', async () => {
    const [providerId, other] = [uuidv7(), uuidv7()];
    await setRule({ providerId });
    await setRule({ providerId: other });
    const booking = await done({ providerId });
    await done({ providerId: other });
    const herself = memberOf([]);
    const userId = herself.kind === 'member' ? herself.userId : '';
    const MINE = `query Mine($id: ID, $other: ID) {
      commissions(first: 5) { edges { node { bookingId earned { amount } provider { id } } } }
      hers: commissionTotals(providerId: $id) { bookings due { amount currency } }
      theirs: commissionTotals(providerId: $other) { bookings } }`;
    const ids = { id: ProviderId.encode(providerId), other: ProviderId.encode(other) };
    const before = await test.graphql(MINE, ids, herself);
    expect(before.data).toEqual({ commissions: { edges: [] }, hers: [], theirs: [] });
    await test.tell(booking, 'booking.provider_linked', { providerId, userId });
    await settled();
    const { data, errors } = await test.graphql(MINE, ids, herself);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      commissions: { edges: [{ node: { earned: { amount: 1_000 }, provider: { id: ids.id } } }] },
      hers: [{ bookings: 1, due: { amount: 1_000, currency: 'USD' } }],
      theirs: [],
    });
    const seen = await test.graphql(MINE, ids, owner);
    expect(seen.data).toMatchObject({ hers: [{ bookings: 1 }], theirs: [{ bookings: 1 }] });
    const nobody = await test.graphql(MINE, ids);
    expect(nobody.data).toEqual({ commissions: null, hers: null, theirs: null });
  });

  it('have rules that only who may change bills sets, that name what is wrong with them, and are known in their own company alone', async () => {
    await expect(setRule({}, memberOf(['billing:read']))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(setRule({ tiers: [{ from: 5, basisPoints: 1 }] })).rejects.toMatchObject({ issues: [{ field: 'tiers' }] });
    const { commissionRules } = test.commerce.services;
    await expect(commissionRules.list(test.context(memberOf([])))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const [providerId] = [uuidv7()];
    const first = await setRule({ providerId });
    const second = await setRule({ providerId, tiers: [{ from: 0, basisPoints: 1 }] });
    expect(second).toMatchObject({ id: first.id, tiers: [{ from: 0, basisPoints: 1 }] });
    const remove = (tenant = ACME) => commissionRules.remove(test.context(owner, tenant), first.id);
    await expect(remove(GLOBEX)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await test.events('commerce.commission_rule_changed')).filter(({ ruleId }) => ruleId === first.id).map(({ change }) => change)).toEqual([
      'SET',
      'SET',
      'REMOVED',
    ]);
  });
});
