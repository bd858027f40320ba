import type { StoredEvent } from '../../_kernel/events/event.js';
import type { ForeignIdEvents } from '../../_kernel/foreign-ids/foreign-id-named.js';
import type { MutationEvents } from '../../_kernel/mutations/mutation-answered.js';
import type { RefusalEvents } from '../../_kernel/mutations/requests-refused.js';
import type { BookingEvents } from '../../booking/events.js';
import type { CommerceEvents } from '../../commerce/events.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { OpsEvents } from '../events.js';
import type { AuditAction } from '../spine/audit/audit.js';
import { AUDITED_BUSINESS_EVENTS } from './audited-business-events.js';
import { AUDITED_KERNEL_EVENTS } from './audited-kernel-events.js';

/** What of an event the audit trail keeps, beside what its headers say. */
export interface AuditedFacts {
  readonly action: AuditAction;
  /** Who did it, when the headers do not know: somebody is nobody yet while she signs in. */
  readonly actor?: { readonly id: string; readonly kind: 'member' | 'platform' } | undefined;
  /** UUID of the user it was done to, where that is not the actor. */
  readonly subjectId?: string | null | undefined;
  readonly surface: 'api' | 'admin_panel' | 'platform' | 'ehr';
  readonly meta: Readonly<Record<string, unknown>>;
}

type AllEvents = MutationEvents & RefusalEvents & ForeignIdEvents & IdentityEvents & TenancyEvents & BookingEvents & CommerceEvents & OpsEvents;

/** Null for an event that is no matter of the audit trail. */
type Audit<Type extends keyof AllEvents> = (event: StoredEvent<Type, AllEvents[Type]>) => AuditedFacts | null;

const actorOfRealm = (realm: 'tenant' | 'platform', id: string) =>
  ({ id, kind: realm === 'platform' ? 'platform' : 'member' }) as const;
/** Whether somebody else has ended a session. */
const isImposed = (reason: IdentityEvents['identity.session_ended']['reason']): boolean =>
  reason === 'SUSPENDED' || reason === 'BANNED' || reason === 'REMOVED' || reason === 'FORCED';
const surfaceOfRealm = (realm: 'tenant' | 'platform') => (realm === 'platform' ? 'admin_panel' : 'api');

/** The events of the platform that leave an audit entry, and which. */
export const AUDITED_EVENTS: { readonly [Type in keyof AllEvents]?: Audit<Type> } = {
  ...AUDITED_KERNEL_EVENTS,
  'identity.login_succeeded': ({ payload: { realm, subjectId, sessionId, assurance } }) => ({
    action: 'AUTH_LOGIN',
    actor: actorOfRealm(realm, subjectId),
    surface: surfaceOfRealm(realm),
    meta: { realm, sessionId, ...(assurance === undefined ? {} : { assurance }) },
  }),
  'identity.session_ended': ({ payload: { realm, subjectId, sessionId, reason } }) => ({
    action: 'AUTH_LOGOUT',
    ...(isImposed(reason) ? { subjectId } : { actor: actorOfRealm(realm, subjectId) }),
    surface: surfaceOfRealm(realm),
    meta: { realm, sessionId, reason },
  }),
  'identity.password_changed': ({ payload: { userId, by } }) => ({
    action: 'AUTH_PASSWORD_RESET',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: { by },
  }),
  'identity.second_factor_changed': ({ payload: { realm, subjectId, change } }) => ({
    action: 'AUTH_MFA_CHANGED',
    actor: actorOfRealm(realm, subjectId),
    surface: surfaceOfRealm(realm),
    meta: { change },
  }),
  'identity.impersonation_changed': ({ payload: { adminId, userId, sessionId, reason, change } }) => ({
    action: 'ADMIN_IMPERSONATION',
    actor: actorOfRealm('platform', adminId),
    subjectId: userId,
    surface: 'admin_panel',
    meta: { sessionId, reason, change },
  }),
  'identity.passkey_changed': ({ payload: { userId, passkeyId, change } }) => ({
    action: 'AUTH_MFA_CHANGED',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: { passkeyId, change },
  }),
  'identity.email_verified': ({ payload: { userId } }) => ({
    action: 'AUTH_EMAIL_VERIFY',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: {},
  }),
  'identity.email_changed': ({ payload: { userId } }) => ({
    action: 'AUTH_EMAIL_VERIFY',
    subjectId: userId,
    surface: 'api',
    meta: { change: 'email_changed' },
  }),
  'identity.phone_verified': ({ payload: { userId } }) => ({
    action: 'AUTH_MFA_CHANGED',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: { change: 'phone_verified' },
  }),
  'identity.api_key_created': ({ payload: { apiKeyId, serviceAccountId, permissions } }) => ({
    action: 'API_KEY_CHANGED',
    surface: 'api',
    meta: { change: 'created', apiKeyId, serviceAccountId, permissions },
  }),
  'identity.api_key_revoked': ({ payload: { apiKeyId, serviceAccountId } }) => ({
    action: 'API_KEY_CHANGED',
    surface: 'api',
    meta: { change: 'revoked', apiKeyId, serviceAccountId },
  }),
  'identity.identity_provider_changed': ({ payload: { identityProviderId, type, change } }) => ({
    action: 'SECURITY_POLICY_DECISION',
    surface: 'api',
    meta: { change: `identity_provider_${change.toLowerCase()}`, identityProviderId, type },
  }),
  'identity.federated_identity_changed': ({ payload: { identityProviderId, userId, change } }) => ({
    action: 'SECURITY_POLICY_DECISION',
    subjectId: userId,
    surface: 'api',
    meta: { change: `identity_${change.toLowerCase()}`, identityProviderId },
  }),
  'identity.scim_token_changed': ({ payload: { scimTokenId, change } }) => ({
    action: 'API_KEY_CHANGED',
    surface: 'api',
    meta: { change: `scim_token_${change.toLowerCase()}`, scimTokenId },
  }),
  'identity.oidc_client_changed': ({ payload: { clientId, kind, permissions, change } }) => ({
    action: 'API_KEY_CHANGED',
    surface: 'api',
    meta: { change: `oidc_client_${change.toLowerCase()}`, clientId, kind, permissions },
  }),
  'identity.oidc_consent_changed': ({ payload: { userId, clientId, scopes, change } }) => ({
    action: 'API_KEY_CHANGED',
    actor: actorOfRealm('tenant', userId),
    surface: 'api',
    meta: { change: `oidc_consent_${change.toLowerCase()}`, clientId, scopes },
  }),
  'identity.personal_data_request_changed': ({ payload: { requestId, kind, userId, clientId, requestedBy, change } }) => ({
    action: kind === 'EXPORT' ? 'DATA_EXPORT' : 'DATA_DELETE',
    actor: actorOfRealm('tenant', requestedBy),
    subjectId: userId,
    surface: userId === requestedBy ? 'api' : 'admin_panel',
    meta: { change: `personal_data_${change.toLowerCase()}`, requestId, clientId },
  }),
  'identity.admin_changed': ({ payload: { adminId, roleBefore, roleAfter, fields } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    surface: 'admin_panel',
    meta: { change: 'admin_changed', adminId, roleBefore, roleAfter, fields },
  }),
  'identity.signing_key_rotated': ({ payload: { realm, kid } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'admin_panel',
    meta: { change: 'signing_key_rotated', realm, kid },
  }),
  'identity.role_changed': ({ payload: { role, permissions, change } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    surface: 'api',
    meta: { change: `role_${change.toLowerCase()}`, role, permissions },
  }),
  'identity.policy_changed': ({ payload: { policyId, change, effect, actions } }) => ({
    action: 'SECURITY_POLICY_DECISION',
    surface: 'api',
    meta: { change: `policy_${change.toLowerCase()}`, policyId, effect, actions },
  }),
  'identity.member_invited': ({ payload: { invitationId, roles } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    surface: 'api',
    meta: { change: 'member_invited', invitationId, roles },
  }),
  'identity.membership_granted': ({ payload: { membershipId, userId, roles } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    subjectId: userId,
    surface: 'api',
    meta: { membershipId, roles },
  }),
  'identity.membership_changed': ({ payload: { membershipId, userId, roles, status, before, reason } }) =>
    // What only her roles allow has changed for is the audit of the role.
    before === undefined
      ? null
      : {
          action: 'RBAC_ROLE_CHANGED',
          subjectId: userId,
          surface: 'api',
          meta: { change: 'membership_changed', membershipId, before, after: { roles, status }, reason: reason ?? null },
        },
  'identity.membership_removed': ({ payload: { membershipId, userId, roles } }) => ({
    action: 'RBAC_ROLE_CHANGED',
    subjectId: userId,
    surface: 'api',
    meta: { change: 'membership_removed', membershipId, before: { roles } },
  }),
  'identity.user_status_changed': ({ payload: { userId, status, statusBefore, reason }, headers }) => ({
    action: status === 'BANNED' || status === 'SUSPENDED' ? 'USER_BLOCKED' : 'SECURITY_POLICY_DECISION',
    subjectId: userId,
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'user_status_changed', before: statusBefore, after: status, reason },
  }),
  'tenancy.tenant_created': ({ payload: { tenant } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'admin_panel',
    meta: { change: 'tenant_created', slug: tenant.slug, plan: tenant.plan },
  }),
  'tenancy.integration_changed': ({ payload: { type, change, outcome = null } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: `integration_${change.toLowerCase()}`, type, outcome },
  }),
  'tenancy.domain_changed': ({ payload: { host, kind, change, problem } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: `domain_${change.toLowerCase()}`, host, kind, problem },
  }),
  'tenancy.branding_changed': ({ payload: { fields } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'branding_changed', fields },
  }),
  'tenancy.config_changed': ({ payload: { keys } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'config_changed', keys },
  }),
  'tenancy.tenant_changed': ({ payload: { fields } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'tenant_changed', fields },
  }),
  'tenancy.tenant_status_changed': ({ payload: { step, before, tenant, reason }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'member' ? 'api' : headers.actorKind === 'platform' ? 'admin_panel' : 'platform',
    meta: { change: 'tenant_status', step, before, after: tenant.status, reason },
  }),
  'tenancy.team_invited': ({ payload: { people } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'team_invited', people: people.length },
  }),
  'tenancy.onboarding_completed': () => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: 'onboarding_completed' },
  }),
  'tenancy.tenant_exported': ({ payload: { slug }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'tenant_exported', slug },
  }),
  'tenancy.workflow_published': ({ payload: { workflow, version }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'workflow_published', workflow, version },
  }),
  'tenancy.workflow_changed': ({ payload: { runId, workflow, entityType, entityId, kinds, step, status, outcome }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'member' ? 'api' : headers.actorKind === 'platform' ? 'admin_panel' : 'platform',
    meta: { change: 'workflow_changed', runId, workflow, entityType, entityId, kinds, step, status, outcome },
  }),
  'tenancy.automation_rule_changed': ({ payload: { ruleId, event, change } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: `automation_rule_${change.toLowerCase()}`, ruleId, event },
  }),
  'tenancy.file_deleted': ({ payload: { fileId, purpose, contentType, size } }) => ({
    action: 'DATA_DELETE',
    surface: 'api',
    meta: { change: 'file_deleted', fileId, purpose, contentType, size },
  }),
  ...AUDITED_BUSINESS_EVENTS,
  'ops.flag_changed': ({ payload: { key, kind, before, after, reason, approvedBy } }) => ({
    action: 'FEATURE_FLAG_CHANGED',
    surface: 'admin_panel',
    meta: { key, kind, before, after, reason, approvedBy },
  }),
  'ops.audit_exported': ({ payload: { format, entries, tenantId }, headers }) => ({
    action: 'DATA_EXPORT',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'audit_exported', format, entries, ofTenant: tenantId },
  }),
  'ops.ticket_changed': ({ payload: { ticketId, status, priority }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'ticket', ticketId, status, priority },
  }),
  'ops.mail_wording_changed': ({ payload: { template, locale, change } }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: 'api',
    meta: { change: `mail_wording_${change.toLowerCase()}`, template, locale },
  }),
  'ops.webhook_changed': ({ payload: { webhookId, change }, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'system' ? 'platform' : 'api',
    meta: { change: `webhook_${change.toLowerCase()}`, webhookId },
  }),
  'ops.alert_threshold_changed': ({ payload, headers }) => ({
    action: 'SECURITY_POLICY_DECISION',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { change: 'alert_threshold', ...payload },
  }),
  'ops.incident_action_changed': ({ payload, headers }) => ({
    action: 'OPS_ACTION_APPLIED',
    surface: headers.actorKind === 'platform' ? 'admin_panel' : 'api',
    meta: { ...payload, change: `incident_action_${payload.change.toLowerCase()}` },
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
