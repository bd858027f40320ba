import type { StoredEvent } from '../../_kernel/events/event.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { OpsEvents } from '../events.js';
import type { AuditAction } from '../spine/audit/audit.js';

/** What of an event the audit trail keeps, beside what its headers say. */
export interface AuditedFacts {
  readonly action: AuditAction;
  /** Who did it, when the headers do not know: somebody is nobody yet while she signs in. */
  readonly actor?: { readonly id: string; readonly kind: 'member' | 'platform' } | undefined;
  /** UUID of the user it was done to, where that is not the actor. */
  readonly subjectId?: string | null | undefined;
  readonly surface: 'api' | 'admin_panel' | 'platform';
  readonly meta: Readonly<Record<string, unknown>>;
}

type AllEvents = IdentityEvents & TenancyEvents & CommerceEvents & OpsEvents;

/** Null for an event that is no matter of the audit trail. */
type Audit<Type extends keyof AllEvents> = (event: StoredEvent<Type, AllEvents[Type]>) => AuditedFacts | null;

const actorOfRealm = (realm: 'tenant' | 'platform', id: string) =>
  ({ id, kind: realm === 'platform' ? 'platform' : 'member' }) as const;
const surfaceOfRealm = (realm: 'tenant' | 'platform') => (realm === 'platform' ? 'admin_panel' : 'api');

/** The events of the platform that leave an audit entry, and which. */
export const AUDITED_EVENTS: { readonly [Type in keyof AllEvents]?: Audit<Type> } = {
  'identity.login_succeeded': ({ payload: { realm, subjectId, sessionId } }) => ({
    action: 'AUTH_LOGIN',
    actor: actorOfRealm(realm, subjectId),
    surface: surfaceOfRealm(realm),
    meta: { realm, sessionId },
  }),
  'identity.session_ended': ({ payload: { realm, subjectId, sessionId, reason } }) => ({
    action: 'AUTH_LOGOUT',
    actor: actorOfRealm(realm, subjectId),
    surface: surfaceOfRealm(realm),
    meta: { realm, sessionId, reason },
  }),
  'identity.password_changed': ({ payload: { userId, by } }) => ({
    action: 'AUTH_PASSWORD_RESET',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: { by },
  }),
  'identity.email_verified': ({ payload: { userId } }) => ({
    action: 'AUTH_EMAIL_VERIFY',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: {},
  }),
  'identity.membership_granted': ({ payload: { membershipId, userId, roles } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    subjectId: userId,
    surface: 'api',
    meta: { membershipId, roles },
  }),
  'tenancy.tenant_created': ({ payload: { tenant } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'admin_panel',
    meta: { change: 'tenant_created', slug: tenant.slug, plan: tenant.plan },
  }),
  'tenancy.tenant_changed': ({ payload: { fields } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'tenant_changed', fields },
  }),
  'commerce.payment_succeeded': ({ payload: { paymentId, bookingId, amount, method } }) => ({
    action: 'PAYMENT_EVENT',
    surface: 'api',
    meta: { outcome: 'succeeded', paymentId, bookingId, amount, method },
  }),
  'commerce.payment_failed': ({ payload: { paymentId, bookingId, declineCode } }) => ({
    action: 'PAYMENT_EVENT',
    surface: 'api',
    meta: { outcome: 'failed', paymentId, bookingId, declineCode },
  }),
  'commerce.payment_refunded': ({ payload: { paymentId, bookingId, amount } }) => ({
    action: 'PAYMENT_EVENT',
    surface: 'api',
    meta: { outcome: 'refunded', paymentId, bookingId, amount },
  }),
  'ops.incident_raised': ({ payload: { incidentId, type, severity } }) => ({
    action: 'SYSTEM_ALERT_SENT',
    surface: 'platform',
    meta: { incidentId, type, severity },
  }),
  'ops.incident_changed': ({ payload: { incidentId, status }, headers }) =>
    headers.actorKind === 'system'
      ? null
      : {
          action: 'OPS_ACTION_APPLIED',
          surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
          meta: { change: 'incident_status', incidentId, status },
        },
};
