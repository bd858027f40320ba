import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { StoredEvent } from '../../_kernel/events/event.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { dbWithin, READ_AUDIT, requireReach } from '../reach.js';
import type { OpsEnvironment } from '../spine/environment.js';
import { auditRecordOf } from './audit.js';
import type { AuditedFacts } from './audited-events.js';
import {
  AUDIT_SORT,
  countAudit,
  findAuditPage,
  insertAuditEntry,
  summarizeAudit,
  type AuditEntryRow,
  type AuditFilter,
  type AuditSummary,
} from './audit.store.js';

export interface AuditService {
  /** Adds the entry of an event, in the caller's transaction; once, however often it is called. */
  record(db: TenantDb, event: StoredEvent, facts: AuditedFacts): Promise<void>;
  /**
   * Newest first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError} without the permission to read the audit trail
   * @throws {ValidationError} when the period ends before it begins
   */
  list(context: RequestContext, args: PageArgs, filter: AuditFilter): Promise<Connection<AuditEntryRow>>;
  /** How many `list` would go through. @throws as `list` */
  count(context: RequestContext, filter: AuditFilter): Promise<number>;
  /** The same by kind, by outcome and by day. @throws as `list` */
  summarize(context: RequestContext, filter: AuditFilter): Promise<AuditSummary>;
}

/** @throws {ValidationError} when the period ends before it begins */
export function requirePeriod({ from, to }: AuditFilter): void {
  if (from && to && to <= from) throw ValidationError.of('filter.to', 'must lie behind `from`');
}

export function createAuditService(database: Database, env: OpsEnvironment): AuditService {
  return {
    record: (db, event, facts) => insertAuditEntry(db, auditRecordOf(event, facts, env)),
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      requirePeriod(filter);
      const page = pageOf(args, AUDIT_SORT);
      const rows = await findAuditPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.occurredAt, row.id]);
    },
    async count(context, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      requirePeriod(filter);
      return countAudit(db, filter);
    },
    async summarize(context, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      requirePeriod(filter);
      return summarizeAudit(db, filter);
    },
  };
}
