import type { FlagWatch } from '../../../_kernel/flags/flag-watch.js';
import { ACTING_FLAGS } from '../../../_kernel/flags/evaluation/known-flags.js';
import { requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../../_kernel/wire/tenant.js';
import type { HealthService } from '../../health/health.service.js';
import { findPlan } from '../escalation/escalation.store.js';

export const CHECKLIST_STATES = ['PASS', 'FAIL', 'MANUAL'] as const;
export type ChecklistState = (typeof CHECKLIST_STATES)[number];

export interface ChecklistItem {
  readonly key: string;
  readonly title: string;
  /** MANUAL for what only a person can tell. */
  readonly state: ChecklistState;
}

/** What of the installation can be told from here. */
export interface Installation {
  readonly environment: string;
  readonly sendsMail: boolean;
  readonly takesPayments: boolean;
  readonly sharesRedis: boolean;
}

export interface LaunchChecklistService {
  /** What must be so before real companies come, in order. @throws {ForbiddenError} */
  items(context: RequestContext): Promise<readonly ChecklistItem[]>;
}

const stateOf = (holds: boolean): ChecklistState => (holds ? 'PASS' : 'FAIL');

export function createLaunchChecklistService(parts: {
  readonly database: Database;
  readonly health: HealthService;
  readonly flags: FlagWatch;
  readonly installation: Installation;
}): LaunchChecklistService {
  const { database, health, flags, installation } = parts;

  return {
    async items(context) {
      requirePermission(context, 'platform:incidents:read');
      const [report, plan, critical] = await Promise.all([
        health.report(),
        findPlan(database.tenants.of({ tenant: PLATFORM_TENANT })),
        database.platform.db.incident.count({ where: { severity: 'CRITICAL', resolvedAt: null } }),
      ]);
      const { environment, sendsMail, takesPayments, sharesRedis } = installation;
      const now = { tenantId: PLATFORM_TENANT.id, now: context.clock.now() };
      const item = (key: string, title: string, holds: boolean | null): ChecklistItem => ({
        key,
        title,
        state: holds === null ? 'MANUAL' : stateOf(holds),
      });
      return [
        item('environment', 'The installation runs as production', environment === 'production'),
        item('health', 'Every component that is watched is well', report.ok),
        item('mail', 'Mails go to a mail server', sendsMail),
        item('payments', 'Payments go to a payment provider', takesPayments),
        item('redis', 'Processes share limits and cached answers', sharesRedis),
        item('on-call', 'Somebody is called for incidents of the platform', (plan?.onCall.length ?? 0) > 0),
        item('incidents', 'No critical incident goes on', critical === 0),
        item('maintenance', 'The platform is not in maintenance', !flags.isOn(ACTING_FLAGS.maintenance, now)),
        item('backups', 'A backup was restored on another machine', null),
        item('certificates', 'Certificates are renewed by themselves', null),
        item('load', 'The load that is expected was tried', null),
        item('support', 'Who asks for help gets an answer', null),
      ];
    },
  };
}
