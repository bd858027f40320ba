import type { Principal } from '../../_kernel/wire/principal.js';
import { AdminUserId, ServiceAccountId, UserId } from '../../identity/ids.js';
import { TenantId } from '../../tenancy/ids.js';
import { actorIdIn, ActorKindEnum } from '../actor.graph.js';
import { builder } from '../builder.js';
import { uuidInFilter } from '../id-in-filter.js';
import { AuditEntryId } from '../ids.js';
import type { AUDIT_ACTIONS } from '../spine/audit/audit.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import type { AUDIT_OUTCOMES, AuditEntryRow, AuditFilter } from './audit.store.js';

export const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What kind of thing was done.',
  values: {
    AUTH_LOGIN: { description: 'Somebody signed in.' },
    AUTH_LOGOUT: { description: 'A session ended.' },
    AUTH_PASSWORD_RESET: { description: 'A password was reset.' },
    AUTH_EMAIL_VERIFY: { description: 'An e-mail address was verified.' },
    AUTH_MFA_CHANGED: { description: 'A second factor was added, changed or removed.' },
    RBAC_ROLE_CHANGED: { description: "Somebody's roles were granted, changed or taken away." },
    TENANT_SWITCH: { description: 'Somebody went from one company to another.' },
    API_KEY_CHANGED: { description: 'An API key was made, changed or revoked.' },
    FEATURE_FLAG_CHANGED: { description: 'A feature flag was changed.' },
    DATA_EXPORT: { description: 'Data were read out or exported.' },
    DATA_DELETE: { description: 'Data were deleted.' },
    PAYMENT_EVENT: { description: 'A payment succeeded, failed or went back.' },
    ADMIN_IMPERSONATION: { description: 'Platform staff acted in the name of somebody.' },
    SECURITY_POLICY_DECISION: { description: 'A rule decided, such as one by which a change was refused.' },
    USER_REPORTED: { description: 'Somebody was reported.' },
    USER_BLOCKED: { description: 'Somebody was blocked.' },
    SYSTEM_ALERT_SENT: { description: 'The platform raised an alarm.' },
    OPS_ACTION_APPLIED: { description: 'Somebody changed something, or how a company or the platform is run.' },
  } satisfies Record<(typeof AUDIT_ACTIONS)[number], { description: string }>,
});

const AuditEntryRef = builder.objectRef<AuditEntryRow>('AuditEntry').implement({
  description: 'What somebody did. Entries are only ever added.',
  requiresScopes: [['settings:read'], ['platform:audit:read']],
  fields: (t) => ({
    id: t.id({
      description: 'Global id; the same entry always has the same.',
      resolve: (entry) => AuditEntryId.encode(entry.id),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was done.' }),
    env: t.exposeString('env', { description: 'Environment it was done in: `dev`, `staging` or `prod`.' }),
    action: t.expose('action', { type: AuditActionEnum, description: 'What kind of thing it was.' }),
    actorId: t.id({
      nullable: true,
      description: 'Global id of the user, service account or administrator who did it; null for nobody and for the platform itself.',
      resolve: (entry) => actorIdIn(entry.actorKind, entry.actorId),
    }),
    actorKind: t.field({
      type: ActorKindEnum,
      description: 'Who did it.',
      resolve: (entry) => entry.actorKind as Principal['kind'],
    }),
    subjectUserId: t.id({
      nullable: true,
      description: 'Global id of the user it was done to, where that is not the actor.',
      resolve: (entry) => (entry.subjectId === null ? null : UserId.encode(entry.subjectId)),
    }),
    surface: t.exposeString('surface', {
      description: 'Part of the product it was done through, such as `admin_panel`.',
    }),
    meta: t.field({
      type: 'JSON',
      description: 'What else is to be known, without secrets.',
      resolve: (entry) => entry.meta,
    }),
    ip: t.exposeString('ip', { nullable: true, description: "The client's address; null where there was none." }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: "The client's browser or program." }),
    requestId: t.exposeString('requestId', { description: 'The request in which it was done, for the logs.' }),
    tenant: t.field({
      type: TenantRef,
      nullable: true,
      description: 'The company it was done in; null for the platform itself.',
      resolve: tenantOf,
    }),
  }),
});

export const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'What came of it.',
  values: {
    DONE: { description: 'It was done.' },
    REFUSED: { description: 'It was tried, and not allowed or not possible.' },
    FAILED: { description: 'It was tried, and something went wrong.' },
  } satisfies Record<(typeof AUDIT_OUTCOMES)[number], { description: string }>,
});

export const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which entries; everything that is left out lets all through.',
  fields: (t) => ({
    action: t.field({ type: AuditActionEnum, required: false, description: 'Of this kind.' }),
    actorId: t.id({ required: false, description: 'Done by this user, service account or administrator.' }),
    from: t.field({ type: 'DateTime', required: false, description: 'Done then or later.' }),
    to: t.field({ type: 'DateTime', required: false, description: 'Done before then.' }),
    tenantId: t.id({ required: false, description: 'Of this company.' }),
    subjectUserId: t.id({ required: false, description: 'Done to this user.' }),
    requestId: t.string({ required: false, description: 'Done in this request.' }),
    outcome: t.field({ type: AuditOutcomeEnum, required: false, description: 'With this outcome.' }),
  }),
});

type FilterInput = typeof AuditFilterInput.$inferInput;

/** A filter of the graph as the store takes it. */
export const filterIn = ({ action, actorId, from, to, tenantId, subjectUserId, ...rest }: FilterInput): AuditFilter => ({
  subjectId: uuidInFilter(subjectUserId, UserId),
  requestId: rest.requestId ?? undefined,
  outcome: rest.outcome ?? undefined,
  action: action ?? undefined,
  actorId: uuidInFilter(actorId, UserId, AdminUserId, ServiceAccountId),
  from: from ?? undefined,
  to: to ?? undefined,
  tenantId: uuidInFilter(tenantId, TenantId),
});

builder.queryFields((t) => {
  const filter = t.arg({ type: AuditFilterInput, required: false, description: 'Which entries; all when left out.' });
  return {
    auditEntries: t.connection(
      {
        type: AuditEntryRef,
        nullable: true,
        requiresScopes: [['settings:read'], ['platform:audit:read']],
        description: "The audit trail, newest first: your company's, and for platform staff every company's. After a year it is in `auditArchives`.",
        args: { filter },
        resolve: (_root, { filter: given, ...page }, { request, services }) =>
          services.audit.list(request, page, filterIn(given ?? {})),
      },
      { name: 'AuditEntryConnection', description: 'A page of the audit trail.' },
      { name: 'AuditEntryEdge', description: 'An entry in a page.' },
    ),
    auditEntryCount: t.int({
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:audit:read']],
      description: 'How many entries `auditEntries` would go through with the same filter.',
      args: { filter },
      resolve: (_root, { filter: given }, { request, services }) =>
        services.audit.count(request, filterIn(given ?? {})),
    }),
  };
});
