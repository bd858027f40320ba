import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import type { ArchivedEntries } from '../audit/archive/archived-entries.js';
import type { AuditKeys } from '../audit/log/signing-key.js';
import { tenantsWithTrails } from '../audit/verify/trail-in-database.js';
import { sumRequestCounts } from '../figures/operational-metrics.store.js';
import { countIncidents } from '../incident/metrics.store.js';
import { extentOf, READ_AUDIT, type Extent, type FindTenant } from '../reach.js';
import { examineLogs } from './audit-log-evidence.js';
import { controlsOf, type AuditLogEvidence, type Control, type Evidence, type Framework } from './compliance.js';
import {
  countAccessChanges,
  countDeadLetters,
  countLateIncidents,
  countPrivacyRequests,
  countSignIns,
  measurePlatform,
  oldestQueuedSeconds,
} from './evidence.store.js';

const DAY_MS = 86_400_000;
/** How far back evidence is counted. */
const EVIDENCE_DAYS = 90;
/** Logs that a report over the platform looks at. */
const MOST_LOGS = 200;

export interface ComplianceReport {
  readonly framework: Framework;
  /** UUID of the company; null for a report over the platform. */
  readonly tenantId: string | null;
  readonly since: Date;
  readonly generatedAt: Date;
  readonly controls: readonly Control[];
}

export interface ComplianceService {
  /**
   * The controls of a framework with their evidence of the last 90 days, counted now: of the caller's company, of the one
   * named, or, for platform staff who name none, of the platform with all its companies.
   * @param tenantId UUID, or null
   * @returns null for a company that is unknown or another's
   * @throws {ForbiddenError}
   */
  report(context: RequestContext, framework: Framework, tenantId: string | null): Promise<ComplianceReport | null>;
}

export function createComplianceService(parts: {
  readonly database: Database;
  readonly findTenant: FindTenant;
  readonly keys: AuditKeys;
  readonly logName: string;
  readonly archived: ArchivedEntries;
}): ComplianceService {
  const { database, keys, logName, archived } = parts;
  const { platform } = database;

  const auditLog = async ({ db, reach, within }: Extent, now: Date): Promise<AuditLogEvidence> => {
    const tenantIds = reach === 'PLATFORM' ? await tenantsWithTrails(platform.db) : [within.tenant.id];
    const publicKey = await keys.publicKey();
    const examined = await examineLogs(db, tenantIds.slice(0, MOST_LOGS), publicKey && { logName, publicKey, archived });
    return { ...examined, oldestWaitingSeconds: await oldestQueuedSeconds(db, now) };
  };

  const gather = async (extent: Extent, since: Date, now: Date): Promise<Evidence> => {
    const { db, reach } = extent;
    const { raised, meanSecondsToAcknowledge, meanSecondsToResolve } = await countIncidents(db, since, now);
    const { answered, refused, failed } = await sumRequestCounts(db, since, now);
    return {
      signIns: await countSignIns(db, since),
      access: await countAccessChanges(db, since),
      auditLog: await auditLog(extent, now),
      incidents: { raised, meanSecondsToAcknowledge, meanSecondsToResolve, ...(await countLateIncidents(db, now)) },
      privacy: await countPrivacyRequests(db, since, now),
      processing: { requests: answered + refused + failed, failed, deadLetters: await countDeadLetters(db) },
      platform: reach === 'PLATFORM' ? await measurePlatform(platform.db, since, now) : null,
    };
  };

  return {
    async report(context, framework, tenantId) {
      const extent = await extentOf(context, READ_AUDIT, tenantId, parts);
      if (!extent) return null;
      const now = context.clock.now();
      const since = new Date(now.getTime() - EVIDENCE_DAYS * DAY_MS);
      return {
        framework,
        tenantId: extent.reach === 'PLATFORM' ? null : extent.within.tenant.id,
        since,
        generatedAt: now,
        controls: controlsOf(framework, await gather(extent, since, now)),
      };
    },
  };
}
