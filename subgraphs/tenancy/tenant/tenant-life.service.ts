import { z } from 'zod';
import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import type { OwnerMails } from '../owner/owner-mails.js';
import { identityOf, listedPlanSchema } from './tenant.js';
import type { LifeStep } from './tenant-life.js';
import { lockTenant } from './tenant-life.store.js';
import type { TenantSteps } from './tenant-steps.js';
import type { TenantRow } from './tenant.store.js';

const YEAR_MS = 366 * 86_400_000;

const suspensionSchema = z.object({ reason: textSchema(1_000).min(1, 'must not be empty') });
const choiceSchema = z.object({ plan: listedPlanSchema });

export interface TenantLifeService {
  /**
   * Locks everybody of a company out and tells its owners why.
   * @throws {ForbiddenError} without `platform:tenants:manage` @throws {StepUpRequiredError}
   * @throws {ValidationError} @throws {NotFoundError} @throws {InvalidTransitionError} when it is already
   */
  suspend(context: RequestContext, id: string, reason: string): Promise<TenantRow>;
  /** Lets them in again. @throws as `suspend` */
  reactivate(context: RequestContext, id: string): Promise<TenantRow>;
  /** Takes a company off the platform; everything it has is kept. @throws as `suspend` */
  remove(context: RequestContext, id: string): Promise<TenantRow>;
  /** Brings a company back that was deleted within the last thirty days. @throws as `suspend` */
  restore(context: RequestContext, id: string): Promise<TenantRow>;
  /**
   * Lets a trial go on, or begin again.
   * @throws {ValidationError} for a time that is past or more than a year ahead @throws as `suspend`
   */
  extendTrial(context: RequestContext, id: string, until: Date): Promise<TenantRow>;
  /**
   * Ends the trial of the request's own company by choosing what comes after it.
   * @throws {ForbiddenError} without `billing:update`
   * @throws {ValidationError} for a plan that is not on the list
   * @throws {InvalidTransitionError} for a company that is locked out
   */
  choosePlan(context: RequestContext, plan: string): Promise<TenantRow>;
}

export function createTenantLifeService(parts: {
  readonly platform: PlatformDatabase;
  readonly steps: TenantSteps;
  readonly ownerMails: OwnerMails;
}): TenantLifeService {
  const { platform, steps, ownerMails } = parts;

  const step = async (db: PlatformDb, context: RequestContext, id: string, taken: LifeStep): Promise<TenantRow> => {
    const tenant = await lockTenant(db, id);
    if (!tenant) throw new NotFoundError('Tenant');
    const after = await steps.take(db, context, tenant, taken);
    context.loaders.clear();
    return after;
  };

  const requireStaff = (context: RequestContext): void => {
    requirePermission(context, 'platform:tenants:manage');
    requireFreshProof(context);
  };

  return {
    async suspend(context, id, given) {
      requireStaff(context);
      const { reason } = validate(suspensionSchema, { reason: given });
      return platform.transaction(async (db) => {
        const tenant = await step(db, context, id, { kind: 'SUSPEND', reason });
        await ownerMails.send(db, context, identityOf(tenant), () => ({
          template: 'TENANT_SUSPENDED',
          values: { reason },
        }));
        return tenant;
      });
    },

    async reactivate(context, id) {
      requireStaff(context);
      return platform.transaction(async (db) => {
        const tenant = await step(db, context, id, { kind: 'REACTIVATE' });
        await ownerMails.send(db, context, identityOf(tenant), (link) => ({
          template: 'TENANT_REACTIVATED',
          values: { link: new URL(link).origin },
        }));
        return tenant;
      });
    },

    async remove(context, id) {
      requireStaff(context);
      return platform.transaction((db) => step(db, context, id, { kind: 'DELETE' }));
    },

    async restore(context, id) {
      requireStaff(context);
      return platform.transaction((db) => step(db, context, id, { kind: 'RESTORE' }));
    },

    async extendTrial(context, id, until) {
      requireStaff(context);
      const ahead = until.getTime() - context.clock.now().getTime();
      if (ahead <= 0 || ahead > YEAR_MS) throw ValidationError.of('until', 'must be in the future, at most a year ahead');
      return platform.transaction((db) => step(db, context, id, { kind: 'EXTEND_TRIAL', until }));
    },

    async choosePlan(context, given) {
      requirePermission(context, 'billing:update');
      if (isPlatformTenant(context.tenant)) throw new ForbiddenError('Plans are chosen inside a company');
      const { plan } = validate(choiceSchema, { plan: given });
      return platform.transaction((db) => step(db, context, context.tenant.id, { kind: 'CHOOSE_PLAN', plan }));
    },
  };
}
