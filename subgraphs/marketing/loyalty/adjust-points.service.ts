import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { once } from '../../_kernel/events/idempotency.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import { adjustmentSchema, assertCanChange, sourceOfAdjustment } from './loyalty.js';
import type { LoyaltyLoaders } from './loyalty.loader.js';
import { findAccountsOfClients, lockAccountOfClient, type LoyaltyAccountRow } from './loyalty.store.js';
import { recordPoints } from './points-recorder.js';

export interface PointsAdjustment {
  /** UUID of the client. */
  readonly clientId: string;
  /** Positive to give, negative to take. */
  readonly points: number;
  /** Why, for the client to read. */
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface AdjustPointsService {
  /**
   * Puts a client's points right. The same key again changes nothing more.
   * @returns the account as it is then
   * @throws {ForbiddenError} without `patients:update`
   * @throws {ValidationError}
   * @throws {NotFoundError} for a client without an account
   * @throws {ConflictError} when the account does not hold what is taken, or cannot hold what is given
   */
  adjust(context: RequestContext, input: PointsAdjustment): Promise<LoyaltyAccountRow>;
}

export function createAdjustPointsService(parts: {
  readonly tenants: TenantDatabase;
  readonly loaders: LoyaltyLoaders;
}): AdjustPointsService {
  const { tenants, loaders } = parts;
  return {
    async adjust(context, input) {
      requirePermission(context, 'patients:update');
      const { idempotencyKey, ...adjustment } = validate(adjustmentSchema, input);
      const { clientId, points, reason: note } = adjustment;
      // Asked first outside of the transaction: it waits for the account of a client of just now.
      const known = await context.loaders.of(context, loaders.accountByClientId).load(clientId);
      if (!known) throw new NotFoundError('Loyalty account');

      const account = await tenants.transaction(context, async (db) => {
        await once(
          context,
          db,
          { operation: 'adjustLoyaltyPoints', key: idempotencyKey, input: adjustment },
          async () => {
            const held = await lockAccountOfClient(db, clientId);
            if (!held) throw new NotFoundError('Loyalty account');
            assertCanChange(held, { reason: 'ADJUSTED', points });
            const id = uuidv7();
            await recordPoints(db, held, {
              id,
              reason: 'ADJUSTED',
              points,
              source: sourceOfAdjustment(id),
              bookingId: null,
              note,
              actorId: actorIdOf(context.principal),
              createdAt: context.clock.now(),
            });
            return id;
          },
        );
        const [adjusted] = await findAccountsOfClients(db, [clientId]);
        if (!adjusted) throw new NotFoundError('Loyalty account');
        return adjusted;
      });
      context.loaders.clear();
      return account;
    },
  };
}
