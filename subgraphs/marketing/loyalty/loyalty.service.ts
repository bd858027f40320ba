import type { Money } from '../../_kernel/money/money.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MarketingEvents } from '../events.js';
import { pointsForPrice, pointsWithRoom, sourceOfBooking } from './loyalty.js';
import type { LoyaltyLoaders } from './loyalty.loader.js';
import { ENTRY_SORT, openAccount, type LoyaltyAccountRow, type LoyaltyEntryRow } from './loyalty.store.js';
import { recordPoints } from './points-recorder.js';

/** A client of booking's; her user of identity is null when she does not sign in. */
export interface LoyalClient {
  readonly clientId: string;
  readonly userId: string | null;
}

export interface RewardedBooking {
  readonly bookingId: string;
  readonly client: LoyalClient;
  readonly price: Money;
  readonly completedAt: Date;
}

export interface LoyaltyService {
  /** Makes sure that a client has an account, in the caller's transaction. */
  open(db: TenantDb, client: LoyalClient, at: Date): Promise<void>;
  /** Gives a client the points of a booking, once, in the caller's transaction. What was free earns none. */
  award(context: RequestContext, db: TenantDb, booking: RewardedBooking): Promise<void>;
  /** The account of whoever is signed in; null before there is one. @throws {UnauthenticatedError} */
  own(context: RequestContext): Promise<LoyaltyAccountRow | null>;
  /** The client's own account, and with `patients:read` anybody's; null for what you may not see. */
  ofClient(context: RequestContext, clientId: string): Promise<LoyaltyAccountRow | null>;
  /** Every change of an account that was found for this request, newest first. */
  entriesOf(context: RequestContext, accountId: string, args: PageArgs): Promise<Connection<LoyaltyEntryRow>>;
}

export function createLoyaltyService(parts: {
  readonly outbox: Outbox<MarketingEvents>;
  readonly loaders: LoyaltyLoaders;
}): LoyaltyService {
  const { outbox, loaders } = parts;

  return {
    async open(db, client, at) {
      await openAccount(db, { ...client, id: uuidv7(), createdAt: at });
    },
    async award(context, db, { bookingId, client, price, completedAt }) {
      const account = await openAccount(db, { ...client, id: uuidv7(), createdAt: completedAt });
      const points = pointsWithRoom(account, pointsForPrice(price));
      if (points === 0) return;
      const held = await recordPoints(db, account, {
        id: uuidv7(),
        reason: 'EARNED_FOR_BOOKING',
        points,
        source: sourceOfBooking(bookingId),
        bookingId,
        note: null,
        actorId: null,
        createdAt: completedAt,
      });
      if (!held) return;
      await outbox.emit(db, context, 'marketing.points_awarded', {
        accountId: account.id,
        clientId: client.clientId,
        clientUserId: account.userId,
        bookingId,
        points,
        balance: held.points,
      });
    },
    own: async (context) =>
      context.loaders.of(context, loaders.accountByUserId).load(requireMember(context).userId),
    async ofClient(context, clientId) {
      const account = await context.loaders.of(context, loaders.accountByClientId).load(clientId);
      if (!account || hasPermission(context, 'patients:read')) return account;
      const { principal } = context;
      return principal.kind === 'member' && principal.userId === account.userId ? account : null;
    },
    async entriesOf(context, accountId, args) {
      const page = pageOf(args, ENTRY_SORT);
      const rows = await context.loaders.of(context, loaders.entriesByAccountId).load({ parentId: accountId, page });
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
  };
}
