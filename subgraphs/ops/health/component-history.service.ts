import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { HealthCheckResult } from '../spine/health/health.js';
import { findLatestStates, findStates, forgetStates, insertState, prolongState, type ComponentStateRow } from './component-history.store.js';
import type { HealthService } from './health.service.js';

/** Whoever has not looked for so long does not know how it was meanwhile. */
const UNSEEN_MS = 5 * 60_000;
const KEPT_MS = 90 * 24 * 60 * 60_000;
const MOST_STATES = 200;

export interface ComponentHistoryService {
  /**
   * Notes how the components are; one that is as it was goes on being so. While the database itself is away nobody
   * can note anything: that shows as a time in which nobody looked.
   */
  note(context: RequestContext): Promise<void>;
  /**
   * How a component was in the last ninety days, newest first; nothing for one that there is not.
   * @throws {ForbiddenError}
   */
  of(context: RequestContext, component: string): Promise<readonly ComponentStateRow[]>;
}

const goesOn = (last: ComponentStateRow | undefined, { ok }: HealthCheckResult, at: Date): last is ComponentStateRow =>
  last?.ok === ok && at.getTime() - last.seenAt.getTime() <= UNSEEN_MS;

/** Whoever looked last may have had a clock that is ahead. */
const laterOf = (at: Date, seenAt: Date | undefined): Date => (seenAt && seenAt > at ? seenAt : at);

export function createComponentHistoryService(platform: PlatformDatabase, health: HealthService): ComponentHistoryService {
  return {
    async note({ clock }) {
      const { checks } = await health.report();
      const at = clock.now();
      await platform.transaction(async (db) => {
        const latest = await findLatestStates(db);
        for (const check of checks) {
          const last = latest.get(check.name);
          const seenAt = laterOf(at, last?.seenAt);
          if (goesOn(last, check, at)) await prolongState(db, last, seenAt);
          else await insertState(db, { component: check.name, since: seenAt, ok: check.ok, detail: check.detail ?? null, seenAt });
        }
        await forgetStates(db, new Date(at.getTime() - KEPT_MS));
      });
    },
    async of(context, component) {
      requirePermission(context, 'platform:metrics:read');
      return findStates(platform.db, component, MOST_STATES);
    },
  };
}
