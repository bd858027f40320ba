import type { AuditAction } from '../../spine/audit/audit.js';
import { isPlainObject } from '../../spine/json.js';
import type { AuditEntryRow } from '../audit.store.js';

/** Of the Open Cybersecurity Schema Framework. */
const OCSF_VERSION = '1.3.0';

interface EventClass {
  readonly category: number;
  readonly class: number;
  readonly activity: number;
}

const DETECTION_CREATED: EventClass = { category: 2, class: 2004, activity: 1 };
const LOGGED_ON: EventClass = { category: 3, class: 3002, activity: 1 };
const LOGGED_OFF: EventClass = { category: 3, class: 3002, activity: 2 };
const PASSWORD_RESET: EventClass = { category: 3, class: 3001, activity: 4 };
const ACCOUNT_LOCKED: EventClass = { category: 3, class: 3001, activity: 9 };
const ACCOUNT_CHANGED: EventClass = { category: 3, class: 3001, activity: 99 };
const READ: EventClass = { category: 6, class: 6003, activity: 2 };
const UPDATED: EventClass = { category: 6, class: 6003, activity: 3 };
const DELETED: EventClass = { category: 6, class: 6003, activity: 4 };
const CALLED: EventClass = { category: 6, class: 6003, activity: 99 };

const CLASSES: Readonly<Record<AuditAction, EventClass>> = {
  AUTH_LOGIN: LOGGED_ON,
  AUTH_LOGOUT: LOGGED_OFF,
  AUTH_PASSWORD_RESET: PASSWORD_RESET,
  AUTH_EMAIL_VERIFY: ACCOUNT_CHANGED,
  AUTH_MFA_CHANGED: ACCOUNT_CHANGED,
  RBAC_ROLE_CHANGED: UPDATED,
  TENANT_SWITCH: CALLED,
  API_KEY_CHANGED: UPDATED,
  FEATURE_FLAG_CHANGED: UPDATED,
  DATA_EXPORT: READ,
  DATA_DELETE: DELETED,
  PAYMENT_EVENT: CALLED,
  ADMIN_IMPERSONATION: CALLED,
  SECURITY_POLICY_DECISION: CALLED,
  USER_REPORTED: CALLED,
  USER_BLOCKED: ACCOUNT_LOCKED,
  SYSTEM_ALERT_SENT: DETECTION_CREATED,
  OPS_ACTION_APPLIED: UPDATED,
};

const INFORMATIONAL = 1;
const LOW = 2;
const HIGH = 4;
const SUCCESS = 1;
const FAILURE = 2;
const OTHER = 99;

/** Whether it was tried in vain, as the entry itself says. */
export const wasRefused = ({ meta }: Pick<AuditEntryRow, 'meta'>): boolean =>
  isPlainObject(meta) && (meta['outcome'] === 'refused' || meta['outcome'] === 'failed');

const severityOf = (entry: AuditEntryRow): number => {
  if (entry.action === 'SYSTEM_ALERT_SENT') return HIGH;
  return wasRefused(entry) ? LOW : INFORMATIONAL;
};

/** What its class asks for beside what all have. */
function particulars(entry: AuditEntryRow, { class: ofClass }: EventClass, operation: string): object {
  const actor = { user: { uid: entry.actorId, type: entry.actorKind } };
  const source = { src_endpoint: { ip: entry.ip ?? undefined }, http_request: { user_agent: entry.userAgent ?? undefined } };
  if (ofClass === DETECTION_CREATED.class) return { finding_info: { uid: entry.id, title: operation } };
  if (ofClass === CALLED.class) return { actor, api: { operation, request: { uid: entry.requestId } }, ...source };
  return { actor, user: { uid: entry.subjectId ?? entry.actorId }, ...source };
}

/** An entry as one OCSF event. */
export function ocsfEvent(entry: AuditEntryRow): object {
  const given = CLASSES[entry.action];
  const meta = isPlainObject(entry.meta) ? entry.meta : {};
  const names = [meta['operation'], meta['change'], meta['event']];
  const operation = names.find((name) => typeof name === 'string') ?? entry.action;
  return {
    category_uid: given.category,
    class_uid: given.class,
    activity_id: given.activity,
    ...(given.activity === OTHER ? { activity_name: entry.action } : {}),
    type_uid: given.class * 100 + given.activity,
    severity_id: severityOf(entry),
    status_id: wasRefused(entry) ? FAILURE : SUCCESS,
    time: entry.occurredAt.getTime(),
    message: entry.action,
    metadata: {
      version: OCSF_VERSION,
      uid: entry.id,
      logged_time: entry.recordedAt.getTime(),
      tenant_uid: entry.tenantId,
      correlation_uid: entry.requestId,
      product: { name: 'Spine', vendor_name: 'Spine', feature: { name: entry.surface } },
    },
    ...particulars(entry, given, operation),
    unmapped: { env: entry.env, meta },
  };
}
