import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACME, contextFor, GLOBEX, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { money } from '../money.js';
import type { JournalEntry } from './ledger.js';
import { createLedgerService, type LedgerService } from './ledger.service.js';
import { recordPaymentReceived, recordProcessorFee, recordRefund } from './movements.js';

describe('the ledger in the database', () => {
  let runtime: TestRuntime;
  let ledger: LedgerService;
  const books = memberOf(['billing:read']);

  beforeAll(async () => {
    runtime = await startTestRuntime();
    ledger = createLedgerService(runtime.database.tenants);
  });
  afterAll(() => runtime.stop());

  const within = <Result>(work: (db: TenantDb) => Promise<Result>, tenant: TenantIdentity = ACME): Promise<Result> =>
    runtime.database.tenants.transaction({ tenant }, work);
  const post = (entry: JournalEntry, tenant: TenantIdentity = ACME) =>
    within((db) => ledger.post(db, entry, new Date()), tenant);
  const received = (amount: number, currency = 'USD') =>
    recordPaymentReceived({ paymentId: uuidv7(), received: money(amount, currency) });

  /** Rows that are as wrong as a test wants them, past the service. */
  const forge = (amounts: readonly number[], postingCount = amounts.length, currencies: readonly string[] = []) =>
    within(async (db) => {
      const entryId = uuidv7();
      await db.journalEntry.create({
        data: { id: entryId, reference: uuidv7(), description: 'forged', currency: 'USD', postingCount, occurredAt: new Date() },
      });
      for (const [at, amount] of amounts.entries()) {
        const account = { id: uuidv7(), code: `forged_${uuidv7()}`, currency: currencies[at] ?? 'USD' };
        await db.ledgerAccount.create({ data: account });
        await db.posting.create({ data: { id: uuidv7(), entryId, accountId: account.id, amount: BigInt(amount) } });
      }
    });

  it('writes one reference once, however many try at once', async () => {
    const entry = received(700);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => post(entry)));
    expect(outcomes.filter((written) => written)).toHaveLength(1);
  });

  it('keeps balances that equal the sum of the postings, in every account, after movements side by side', async () => {
    const movements = Array.from({ length: 60 }, (_, n) => {
      const sum = money(100 + n, n % 2 === 0 ? 'USD' : 'JPY');
      const kinds = [
        recordPaymentReceived({ paymentId: uuidv7(), received: sum }),
        recordProcessorFee({ paymentId: uuidv7(), fee: sum }),
        recordRefund({ refundId: uuidv7(), refunded: sum }),
      ];
      return kinds[n % 3] ?? received(1);
    });
    await Promise.all(movements.map((movement) => post(movement)));
    const { rows } = await runtime.pools.platform.query<{ net: string; sum: string }>(
      `SELECT b.net::text, sum(p.amount)::text AS sum FROM commerce.posting p
       LEFT JOIN commerce.account_balance b ON b.tenant_id = p.tenant_id AND b.account_id = p.account_id
       GROUP BY p.tenant_id, p.account_id, b.net`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(8);
    for (const { net, sum } of rows) expect(net).toBe(sum);
    const totals = await runtime.pools.platform.query<{ total: string }>(
      `SELECT sum(net)::text AS total FROM commerce.account_balance b
       JOIN commerce.ledger_account a ON a.tenant_id = b.tenant_id AND a.id = b.account_id GROUP BY a.tenant_id, a.currency`,
    );
    expect(new Set(totals.rows.map((row) => row.total))).toEqual(new Set(['0']));
  });

  it.each([
    ['does not sum to zero', [100, -99], 2, [], 'does not sum to zero'],
    ['has no postings', [], 2, [], 'does not have the postings it announced'],
    ['has fewer postings than it announced', [100, -100], 3, [], 'does not have the postings it announced'],
    ['has more postings than it announced', [100, -50, -50], 2, [], 'does not have the postings it announced'],
    ['mixes currencies', [100, -100], 2, ['USD', 'EUR'], 'mixes currencies'],
    ['is of one posting', [100], 1, [], 'journal_entry_moves_between_accounts'],
    ['moves nothing', [0, 0], 2, [], 'posting_moves_an_exact_sum'],
  ])('is not written by the database when an entry %s', async (_why, amounts, count, currencies, reason) => {
    const before = await within((db) => db.journalEntry.count());
    await expect(forge(amounts, count, currencies)).rejects.toThrow(reason);
    expect(await within((db) => db.journalEntry.count())).toBe(before);
  });

  it('takes no further postings for an entry that was written, though they balance', async () => {
    await post(received(500));
    const accounts = await within((db) => db.ledgerAccount.findMany({ where: { currency: 'USD' }, take: 2 }));
    const entry = await within((db) => db.journalEntry.findFirst());
    const addition = within((db) =>
      db.posting.createMany({
        data: accounts.map((account, at) => ({
          id: uuidv7(),
          entryId: entry?.id ?? '',
          accountId: account.id,
          amount: at === 0 ? 5n : -5n,
        })),
      }),
    );
    await expect(addition).rejects.toThrow('does not have the postings it announced');
  });

  it.each(['journal_entry', 'posting', 'ledger_account'])(
    'cannot be changed, shortened or emptied by the application or the platform: %s',
    async (table) => {
      await post(received(300));
      for (const pool of [runtime.pools.app, runtime.pools.platform]) {
        for (const statement of [
          `UPDATE commerce.${table} SET id = id`,
          `DELETE FROM commerce.${table}`,
          `TRUNCATE commerce.${table} CASCADE`,
        ]) {
          await expect(pool.query(statement)).rejects.toThrow(/permission denied|append-only/);
        }
      }
    },
  );

  it('is read by those who keep the books, of their own tenant', async () => {
    await post(received(4_200, 'EUR'), GLOBEX);
    const accounts = await ledger.accounts(contextFor(GLOBEX, books));
    expect(accounts.map(({ code, currency, balance }) => [code, currency, balance?.net])).toEqual([
      ['service_revenue', 'EUR', -4_200n],
      ['stripe_clearing', 'EUR', 4_200n],
    ]);
    const entries = await ledger.entries(contextFor(GLOBEX, books), { first: 5 });
    expect(entries.edges.map(({ node }) => [node.description, node.postings.length])).toEqual([['Payment received', 2]]);
    await expect(ledger.accounts(contextFor(GLOBEX, memberOf([])))).rejects.toThrow('billing:read');
    await expect(ledger.entries(contextFor(GLOBEX, memberOf([])), {})).rejects.toThrow('billing:read');
  });
});
