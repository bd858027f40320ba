import type { Holding } from '../_kernel/personal-data/holding.js';
import type { DataSubject } from '../_kernel/personal-data/personal-data.js';
import { sql, type Sql } from '../_kernel/tenancy/sql.js';

const herBills = ({ userId, clientId }: DataSubject): Sql =>
  sql`SELECT b.id FROM commerce.bill b WHERE b.client_user_id = ${userId}::uuid OR b.client_id = ${clientId}::uuid`;
const herPayments = (who: DataSubject): Sql =>
  sql`SELECT p.id FROM commerce.payment p WHERE p.payer_user_id = ${who.userId}::uuid OR p.bill_id IN (${herBills(who)})`;

const commerce = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'commerce', ...holding });

const BOOKS = 'Bills and payments belong to the books, which the law wants kept (GDPR, article 17(3)(b)).';

/** What commerce knows of a person. Payments and bills come last: by them the others are found. */
export const COMMERCE_HOLDINGS: readonly Holding[] = [
  commerce({
    section: 'customer',
    table: 'payer_customer',
    whose: (who) => sql`(t.client_id = ${who.clientId}::uuid OR t.client_id IN (
      SELECT b.client_id FROM commerce.bill b WHERE b.id IN (${herBills(who)})))`,
    erasure: { how: 'DELETE' },
  }),
  commerce({
    section: 'commissions',
    table: 'commission_payee',
    whose: ({ userId }) => sql`t.user_id = ${userId}::uuid`,
    erasure: { how: 'DELETE' },
  }),
  commerce({
    section: 'refunds',
    table: 'refund',
    whose: (who) => sql`t.payment_id IN (${herPayments(who)})`,
    erasure: { how: 'KEEP', reason: BOOKS },
  }),
  commerce({
    section: 'billLines',
    table: 'bill_line',
    whose: (who) => sql`t.bill_id IN (${herBills(who)})`,
    erasure: { how: 'KEEP', reason: BOOKS },
  }),
  commerce({
    section: 'payments',
    table: 'payment',
    whose: (who) => sql`t.id IN (${herPayments(who)})`,
    withheld: ['client_secret'],
    erasure: {
      how: 'BLANK',
      columns: { payer_user_id: sql`NULL`, client_secret: sql`NULL`, customer_ref: sql`NULL`, card_ref: sql`NULL` },
      reason: BOOKS,
    },
  }),
  commerce({
    section: 'bills',
    table: 'bill',
    whose: (who) => sql`t.id IN (${herBills(who)})`,
    erasure: { how: 'BLANK', columns: { client_user_id: sql`NULL` }, reason: BOOKS },
  }),
];
