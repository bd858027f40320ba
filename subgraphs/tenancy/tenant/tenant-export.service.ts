import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { featuresOf } from '../../_kernel/wire/plan-features.js';
import type { TenancyEvents } from '../events.js';
import { findOnboardingOf } from '../onboarding/onboarding.store.js';
import { identityOf } from './tenant.js';
import { lockTenant } from './tenant-life.store.js';
import { findSettingsOf } from './tenant.store.js';

/** What tenancy knows of a company, as it was at one moment. */
export interface TenantExport {
  readonly exportedAt: Date;
  /** Plain JSON; what the company is, what it has chosen, and how it was set up. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TenantExportService {
  /**
   * @param id of any company for platform staff, and of her own for a member; null for her own
   * @throws {ForbiddenError} without `settings:update` there, or `platform:tenants:manage`
   * @throws {StepUpRequiredError} @throws {NotFoundError} alike for an unknown id and another company's
   */
  export(context: RequestContext, id: string | null): Promise<TenantExport>;
}

export function createTenantExportService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
}): TenantExportService {
  const { platform, outbox } = parts;
  return {
    async export(context, id) {
      requirePermission(context, 'settings:update', 'platform:tenants:manage');
      requireFreshProof(context);
      const own = context.tenant.id;
      const isStaff = context.principal.kind === 'platform';
      if (id !== null && id !== own && !isStaff) throw new NotFoundError('Tenant');
      const exportedAt = context.clock.now();
      return platform.transaction(async (db) => {
        const tenant = await lockTenant(db, id ?? own);
        if (!tenant) throw new NotFoundError('Tenant');
        const [[settings], onboarding] = await Promise.all([
          findSettingsOf(db, [tenant.id]),
          findOnboardingOf(db, tenant.id),
        ]);
        const identity = identityOf(tenant);
        await outbox.emit(db, { ...context, tenant: identity }, 'tenancy.tenant_exported', { slug: tenant.slug });
        const data = { tenant, features: featuresOf(tenant.plan), settings: settings ?? null, onboarding };
        return { exportedAt, data: JSON.parse(JSON.stringify(data)) as TenantExport['data'] };
      });
    },
  };
}
