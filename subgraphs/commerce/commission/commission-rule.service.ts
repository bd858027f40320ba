import { z } from 'zod';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { CommerceEvents } from '../events.js';
import { scopeOf, tiersSchema, type Tier } from './commission.js';
import { countOtherRules, deleteRule, findRule, findRules, keepRule, type CommissionRuleRow } from './commission.store.js';

const MOST_RULES = 1_000;

const ruleSchema = z.object({
  providerId: z.guid('must be a UUID').nullable(),
  serviceId: z.guid('must be a UUID').nullable(),
  tiers: tiersSchema,
});

export interface NewCommissionRule {
  /** Everybody when null. */
  readonly providerId: string | null;
  /** Everything when null. */
  readonly serviceId: string | null;
  /** By the turnover of a month; one from zero on for a plain percentage. */
  readonly tiers: readonly Tier[];
}

/** What share of their work those who do it get. */
export interface CommissionRuleService {
  /**
   * Sets the rule of a provider, a service, both, or everybody; the one there was for the same goes. What is done
   * already keeps the commission it had.
   * @throws {ForbiddenError} without `billing:update`
   * @throws {ValidationError}
   */
  set(context: RequestContext, input: NewCommissionRule): Promise<CommissionRuleRow>;
  /**
   * @throws {ForbiddenError} without `billing:update`
   * @throws {NotFoundError}
   */
  remove(context: RequestContext, id: string): Promise<CommissionRuleRow>;
  /** @throws {ForbiddenError} without `billing:read` */
  list(context: RequestContext): Promise<CommissionRuleRow[]>;
}

export function createCommissionRuleService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<CommerceEvents>;
}): CommissionRuleService {
  const { tenants, outbox } = parts;
  return {
    async set(context, given) {
      requirePermission(context, 'billing:update');
      const { providerId, serviceId, tiers } = validate(ruleSchema, given);
      return tenants.transaction(context, async (db) => {
        const scope = scopeOf({ providerId, serviceId });
        if ((await countOtherRules(db, scope)) >= MOST_RULES) {
          throw ValidationError.of('tiers', `there are ${MOST_RULES} rules already`);
        }
        const { currency } = context.tenant;
        const now = context.clock.now();
        const rule = await keepRule(db, { id: uuidv7(), scope, providerId, serviceId, currency, tiers, now });
        const changed = { ruleId: rule.id, providerId, serviceId, change: 'SET' as const };
        await outbox.emit(db, context, 'commerce.commission_rule_changed', changed);
        return rule;
      });
    },
    async remove(context, id) {
      requirePermission(context, 'billing:update');
      return tenants.transaction(context, async (db) => {
        const rule = await findRule(db, id);
        if (!rule) throw new NotFoundError('CommissionRule');
        await deleteRule(db, id);
        const { providerId, serviceId } = rule;
        const changed = { ruleId: id, providerId, serviceId, change: 'REMOVED' as const };
        await outbox.emit(db, context, 'commerce.commission_rule_changed', changed);
        return rule;
      });
    },
    async list(context) {
      requirePermission(context, 'billing:read');
      return findRules(tenants.of(context));
    },
  };
}
