import type { Principal } from '../../_kernel/wire/principal.js';
import type { StoredEvent } from '../../_kernel/events/event.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import { AuditEntryId } from '../ids.js';
import { makeAuditEntry, type AuditAction } from '../spine/audit/audit.js';
import type { AuditMeta } from '../spine/audit/audit-meta-safe.js';
import type { OpsEnvironment } from '../spine/environment.js';
import type { AuditedFacts } from './audited-events.js';

/** An entry as it is kept. */
export interface AuditRecord {
  readonly id: string;
  readonly occurredAt: Date;
  readonly env: OpsEnvironment;
  readonly action: AuditAction;
  readonly actorId: string;
  readonly actorKind: Principal['kind'];
  readonly subjectId: string | null;
  readonly surface: string;
  readonly meta: AuditMeta;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/**
 * The audit entry of an event. Its id follows from the event alone, so an event that is delivered again makes
 * the same entry; address and browser of the client stay out of it and have columns of their own.
 */
export function auditRecordOf(event: StoredEvent, facts: AuditedFacts, env: OpsEnvironment): AuditRecord {
  const { headers, occurredAt } = event;
  const actorKind = facts.actor?.kind ?? headers.actorKind;
  const entry = makeAuditEntry({
    tsISO: occurredAt.toISOString(),
    env,
    action: facts.action,
    actorUserId: facts.actor?.id ?? headers.actorId ?? 'anonymous',
    subjectUserId: facts.subjectId,
    tenantId: isPlatformTenant(headers.tenant) ? null : headers.tenant.id,
    surface: facts.surface,
    meta: { event: event.type, eventId: event.id, ...facts.meta },
  });
  return {
    // The spine writes ids as the graph does; the digits are the row's.
    id: AuditEntryId.require(entry.id),
    occurredAt,
    env: entry.env,
    action: entry.action,
    actorId: entry.actorUserId,
    actorKind,
    subjectId: entry.subjectUserId,
    surface: entry.surface,
    meta: entry.meta,
    ip: headers.ip,
    userAgent: headers.userAgent,
    requestId: headers.requestId,
  };
}
