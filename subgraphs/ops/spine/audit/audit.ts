import { requireEnvironment, type OpsEnvironment } from '../environment.js';
import { optionalText, requireText, SpineInputError } from '../input-error.js';
import { requireInstant } from '../instant.js';
import { prefixedStableId } from '../stable-id.js';
import { auditMetaSafe, type AuditMeta } from './audit-meta-safe.js';

// The filter belongs to the audit vocabulary, and the documented samples import it from here.
export { auditMetaSafe, type AuditMeta } from './audit-meta-safe.js';

export const AUDIT_ACTIONS = [
  'AUTH_LOGIN',
  'AUTH_LOGOUT',
  'AUTH_PASSWORD_RESET',
  'AUTH_EMAIL_VERIFY',
  'AUTH_MFA_CHANGED',
  'RBAC_ROLE_CHANGED',
  'TENANT_SWITCH',
  'API_KEY_CHANGED',
  'FEATURE_FLAG_CHANGED',
  'DATA_EXPORT',
  'DATA_DELETE',
  'PAYMENT_EVENT',
  'ADMIN_IMPERSONATION',
  'SECURITY_POLICY_DECISION',
  'USER_REPORTED',
  'USER_BLOCKED',
  'SYSTEM_ALERT_SENT',
  'OPS_ACTION_APPLIED',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditEntryInput {
  /** When it happened: ISO 8601 with offset. */
  readonly tsISO: string;
  readonly env: OpsEnvironment;
  readonly action: AuditAction;
  readonly actorUserId: string;
  /** Whom it was done to, where that is not the actor. */
  readonly subjectUserId?: string | null | undefined;
  readonly tenantId?: string | null | undefined;
  /** The part of the product it was done through: `api`, `admin_panel`, `ehr`, … */
  readonly surface: string;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

export interface AuditEntry {
  /** `aud_<32 hex>`, the same for the same entry, so that saving twice can be one row. */
  readonly id: string;
  readonly tsISO: string;
  readonly env: OpsEnvironment;
  readonly tenantId: string | null;
  readonly action: AuditAction;
  readonly actorUserId: string;
  readonly subjectUserId: string | null;
  readonly surface: string;
  readonly meta: AuditMeta;
}

/** Where entries are kept. Saving an entry whose id is kept already changes nothing and does not fail. */
export interface AuditStore {
  save(entry: AuditEntry): Promise<void>;
}

function requireAction(value: unknown): AuditAction {
  const known = AUDIT_ACTIONS.find((action) => action === value);
  if (known === undefined) throw new SpineInputError('action', 'is not an audit action');
  return known;
}

/**
 * An audit entry without secrets, ready to be saved. The id is taken from the filtered entry, so it reveals
 * nothing about what was filtered out. Two events alike in every field and millisecond are one entry: put what
 * tells them apart, such as a request id, in `meta`.
 * @throws {SpineInputError} naming the field
 */
export function makeAuditEntry(input: AuditEntryInput): AuditEntry {
  requireInstant(input.tsISO, 'tsISO');
  const entry = {
    tsISO: input.tsISO,
    env: requireEnvironment(input.env),
    tenantId: optionalText(input.tenantId, 'tenantId'),
    action: requireAction(input.action),
    actorUserId: requireText(input.actorUserId, 'actorUserId'),
    subjectUserId: optionalText(input.subjectUserId, 'subjectUserId'),
    surface: requireText(input.surface, 'surface'),
    meta: auditMetaSafe(input.meta),
  };
  return { id: prefixedStableId('aud', entry), ...entry };
}
