import type { Holding } from '../../_kernel/personal-data/holding.js';
import type { DataSubject } from '../../_kernel/personal-data/personal-data.js';
import { sql, type Sql } from '../../_kernel/tenancy/sql.js';

/** The company's records of her: by her user, or the one that was named. */
const herClients = ({ userId, clientId }: DataSubject): Sql =>
  sql`SELECT c.id FROM booking.client c WHERE c.user_id = ${userId}::uuid OR c.id = ${clientId}::uuid`;
const herBookings = (who: DataSubject): Sql => sql`SELECT b.id FROM booking.booking b WHERE b.client_id IN (${herClients(who)})`;
const ofClient = (who: DataSubject): Sql => sql`t.client_id IN (${herClients(who)})`;

const booking = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'booking', ...holding });

const herProviders = ({ userId }: DataSubject): Sql => sql`SELECT p.id FROM booking.provider p WHERE p.user_id = ${userId}::uuid`;

const RECORD_OF_TRADE = 'What was booked and at what price is kept as long as tax law asks (GDPR, article 17(3)(b)).';

/** What booking knows of a person. Her record as a client comes last: by it the others are found. */
export const BOOKING_HOLDINGS: readonly Holding[] = [
  booking({
    section: 'bookingChanges',
    table: 'booking_status_change',
    whose: (who) => sql`(t.booking_id IN (${herBookings(who)}) OR t.actor_id = ${who.userId})`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['reason'],
      call: (who) => sql`booking.blank_status_reasons(ARRAY(${herBookings(who)}), ${who.userId})`,
      reason: RECORD_OF_TRADE,
    },
  }),
  booking({
    section: 'medicalNotes',
    table: 'medical_note',
    whose: ofClient,
    withheld: ['sealed'],
    erasure: { how: 'DELETE' },
  }),
  booking({ section: 'member', table: 'member', whose: ({ userId }) => sql`t.user_id = ${userId}::uuid`, erasure: { how: 'DELETE' } }),
  booking({ section: 'progress', table: 'completed_step', whose: ofClient, erasure: { how: 'DELETE' } }),
  booking({ section: 'waitlist', table: 'waitlist_entry', whose: ofClient, erasure: { how: 'DELETE' } }),
  booking({
    section: 'calendarFeeds',
    table: 'calendar_feed',
    whose: (who) => sql`(${ofClient(who)} OR t.created_by = ${who.userId}::uuid)`,
    withheld: ['hash'],
    erasure: { how: 'DELETE' },
  }),
  booking({
    section: 'calendars',
    table: 'calendar_connection',
    whose: (who) => sql`(t.created_by = ${who.userId}::uuid OR t.provider_id IN (${herProviders(who)}))`,
    withheld: ['sealed', 'sync_token'],
    erasure: { how: 'DELETE' },
  }),
  booking({
    section: 'positions',
    table: 'reported_position',
    whose: (who) => sql`t.provider_id IN (${herProviders(who)})`,
    erasure: { how: 'DELETE' },
  }),
  booking({
    section: 'provider',
    table: 'provider',
    whose: (who) => sql`t.id IN (${herProviders(who)})`,
    erasure: {
      how: 'BLANK',
      columns: { name: sql`'Former provider'`, bio: sql`NULL`, user_id: sql`NULL`, bookable: sql`false` },
      reason: 'Stands without a name behind bookings that are kept.',
    },
  }),
  booking({
    section: 'bookings',
    table: 'booking',
    whose: ofClient,
    erasure: { how: 'BLANK', columns: { note: sql`NULL` }, reason: RECORD_OF_TRADE },
  }),
  booking({
    section: 'bookingGroups',
    table: 'booking_group',
    whose: ofClient,
    erasure: { how: 'KEEP', reason: 'Holds bookings together, and says nothing of her.' },
  }),
  booking({
    section: 'client',
    table: 'client',
    whose: (who) => sql`t.id IN (${herClients(who)})`,
    erasure: {
      how: 'BLANK',
      columns: { display_name: sql`'Erased client'`, email: sql`NULL`, phone: sql`NULL`, user_id: sql`NULL` },
      reason: 'Stands without a name behind bookings that are kept.',
    },
  }),
];
