import type { PlatformPermission, TenantPermission } from './permissions.js';

/** Roles every tenant has. Custom roles of a tenant are further strings. */
export const SYSTEM_ROLES = ['OWNER', 'ADMIN', 'PRACTITIONER', 'STAFF', 'BILLING', 'USER', 'VIEWER'] as const;
export type SystemRole = (typeof SYSTEM_ROLES)[number];

/** Roles of platform staff, a realm of its own with its own keys and token audience. */
export const ADMIN_ROLES = [
  'SUPER_ADMIN',
  'ADMIN',
  'DEVELOPER',
  'SUPPORT',
  'MARKETING',
  'FINANCE',
  'SALES',
] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** Nobody signed in. The null object, so that no stage has to ask whether there is a principal. */
export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** How surely and how recently it was proved who somebody is. */
export interface Assurance {
  /** One factor or two, by the levels of NIST SP 800-63B. */
  readonly level: 'aal1' | 'aal2';
  /** Epoch seconds of the newest proof. */
  readonly at: number;
}

/** What a token says that was issued before tokens said it: nothing to rely on. */
export const NO_ASSURANCE: Assurance = { level: 'aal1', at: 0 };

/** A person acting inside one tenant. */
export interface MemberPrincipal {
  readonly kind: 'member';
  readonly userId: string;
  readonly membershipId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly TenantPermission[];
  readonly assurance: Assurance;
  /** Who of platform staff acts in her name; absent when she acts herself. */
  readonly impersonatorId?: string;
}

/** A member of platform staff. */
export interface PlatformPrincipal {
  readonly kind: 'platform';
  readonly adminId: string;
  readonly sessionId: string;
  readonly roles: readonly AdminRole[];
  readonly permissions: readonly PlatformPermission[];
  readonly assurance: Assurance;
}

/** A program acting inside one tenant, with an API key or with a token that its client got for itself. */
export interface ServicePrincipal {
  readonly kind: 'service';
  /** The account the key belongs to; it outlives the person who made it. */
  readonly serviceAccountId: string;
  /** What it acts with: the key's id, or the client's. */
  readonly apiKeyId: string;
  readonly permissions: readonly TenantPermission[];
  /** Requests an hour that the key may make. */
  readonly hourlyLimit: number;
  /** The client whose registered operations are all that the key may run; null where any may be run. */
  readonly registeredClient: string | null;
}

/** The platform itself: a reaction to an event, a job, the gateway's own look-ups. */
export interface SystemPrincipal {
  readonly kind: 'system';
  /** Which part acts, for logs and the audit trail. */
  readonly name: string;
}

export type Principal =
  AnonymousPrincipal | MemberPrincipal | PlatformPrincipal | ServicePrincipal | SystemPrincipal;

export const ANONYMOUS: AnonymousPrincipal = { kind: 'anonymous' };

/** The permissions a principal carries; empty for those who act without any. */
export function permissionsOf(principal: Principal): readonly string[] {
  return 'permissions' in principal ? principal.permissions : [];
}

/** A stable id of who acts, for audit entries and logs; null for nobody. */
export function actorIdOf(principal: Principal): string | null {
  switch (principal.kind) {
    case 'anonymous':
      return null;
    case 'member':
      return principal.userId;
    case 'platform':
      return principal.adminId;
    case 'service':
      return principal.serviceAccountId;
    case 'system':
      return `system:${principal.name}`;
  }
}
