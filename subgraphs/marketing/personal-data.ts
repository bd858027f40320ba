import type { Holding } from '../_kernel/personal-data/holding.js';
import type { DataSubject } from '../_kernel/personal-data/personal-data.js';
import { sql, type Sql } from '../_kernel/tenancy/sql.js';

const herAccounts = ({ userId, clientId }: DataSubject): Sql =>
  sql`SELECT a.id FROM marketing.loyalty_account a WHERE a.user_id = ${userId}::uuid OR a.client_id = ${clientId}::uuid`;
const herBookings = ({ userId, clientId }: DataSubject): Sql => sql`
  SELECT b.booking_id FROM marketing.reviewable_booking b
  WHERE b.client_user_id = ${userId}::uuid OR b.client_id = ${clientId}::uuid`;

const marketing = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'marketing', ...holding });

const POINTS = 'Points are a debt of the company: how they came and went is kept, and not whose they were.';
const STARS = 'The stars of a review count on without its words and its author.';

/** What marketing knows of a person. What leads to others of her rows comes behind them. */
export const MARKETING_HOLDINGS: readonly Holding[] = [
  marketing({
    section: 'points',
    table: 'loyalty_entry',
    whose: (who) => sql`t.account_id IN (${herAccounts(who)})`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['note'],
      call: (who) => sql`marketing.blank_loyalty_notes(ARRAY(${herAccounts(who)}))`,
      reason: POINTS,
    },
  }),
  marketing({
    section: 'loyaltyAccount',
    table: 'loyalty_account',
    whose: (who) => sql`t.id IN (${herAccounts(who)})`,
    erasure: { how: 'BLANK', columns: { user_id: sql`NULL` }, reason: POINTS },
  }),
  marketing({
    section: 'reviews',
    table: 'review',
    whose: (who) => sql`t.booking_id IN (${herBookings(who)})`,
    erasure: { how: 'BLANK', columns: { text: sql`NULL` }, reason: STARS },
  }),
  marketing({
    section: 'visits',
    table: 'reviewable_booking',
    whose: (who) => sql`t.booking_id IN (${herBookings(who)})`,
    erasure: { how: 'BLANK', columns: { client_user_id: sql`NULL` }, reason: STARS },
  }),
];
