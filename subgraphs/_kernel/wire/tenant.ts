export const TENANT_STATUSES = ['ACTIVE', 'SUSPENDED', 'CANCELLED', 'TRIAL_EXPIRED'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

export const PLANS = ['FREE', 'STARTER', 'PROFESSIONAL', 'PERFORMANCE', 'ENTERPRISE'] as const;
export type Plan = (typeof PLANS)[number];

/** What every part of the platform needs to know of the tenant a request belongs to. */
export interface TenantIdentity {
  /** UUID of the tenant; the value of every `tenant_id` column. */
  readonly id: string;
  /** Subdomain label, unique across the platform. */
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly plan: Plan;
  /** IANA zone in which the tenant's business days and opening hours are meant. */
  readonly timeZone: string;
  /** ISO 4217 code in which the tenant keeps its prices. */
  readonly currency: string;
}

/**
 * The null object for requests that belong to no company: platform administration and health.
 * It is a tenant like any other to row level security, so such a request sees no company's rows.
 */
export const PLATFORM_TENANT: TenantIdentity = {
  id: '00000000-0000-0000-0000-000000000000',
  slug: 'platform',
  name: 'Platform',
  status: 'ACTIVE',
  plan: 'ENTERPRISE',
  timeZone: 'UTC',
  currency: 'USD',
};

export const isPlatformTenant = (tenant: TenantIdentity): boolean => tenant.id === PLATFORM_TENANT.id;
