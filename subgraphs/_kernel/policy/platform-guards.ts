import type { TenantStatus } from '../wire/tenant.js';
import type { Asking } from './asking.js';
import type { PolicyResource } from './policy.js';

export interface PlatformGuard {
  readonly name: string;
  /** Whether it refuses, whatever roles and policies say. */
  readonly refuses: (asking: Asking, resource: Pick<PolicyResource, 'tenantId'>) => boolean;
  readonly reason: string;
}

const NOT_SERVED: readonly TenantStatus[] = ['SUSPENDED', 'CANCELLED'];

/**
 * What no policy of a tenant can lift. That no policy gives a permission of the platform needs no guard: the
 * catalogue of actions has none.
 */
export const PLATFORM_GUARDS: readonly PlatformGuard[] = [
  {
    name: 'tenants-stay-apart',
    refuses: ({ tenant }, { tenantId }) => tenantId !== null && tenantId !== tenant.id,
    reason: 'It belongs to another company',
  },
  {
    name: 'suspended-tenants-do-nothing',
    refuses: ({ tenant }) => NOT_SERVED.includes(tenant.status),
    reason: 'The company is suspended or closed',
  },
  {
    name: 'only-members-and-programs-of-the-tenant-act-in-it',
    refuses: ({ principal }) => principal.kind !== 'member' && principal.kind !== 'service',
    reason: 'Whoever asks is nobody of the company',
  },
];

/** The first guard that refuses; null when none does. */
export const refusingGuard = (asking: Asking, resource: Pick<PolicyResource, 'tenantId'>): PlatformGuard | null =>
  PLATFORM_GUARDS.find((guard) => guard.refuses(asking, resource)) ?? null;
