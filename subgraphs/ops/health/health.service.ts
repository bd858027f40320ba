import type { Clock } from '../../_kernel/request/clock.js';
import type { OpsEnvironment } from '../spine/environment.js';
import { runHealthChecks, type HealthReport, type NamedHealthCheck } from '../spine/health/health.js';

const TIMEOUT_MS = 3_000;
/** Anybody may ask; however many do, the components are asked no more often than this. */
const REPORT_HOLDS_MS = 2_000;

export interface HealthService {
  /** How the components are, as of at most two seconds ago. Never rejects. */
  report(): Promise<HealthReport>;
}

export function createHealthService(
  env: OpsEnvironment,
  checks: readonly NamedHealthCheck[],
  clock: Clock,
): HealthService {
  let latest: Promise<HealthReport> | undefined;
  let heldUntil = 0;
  return {
    async report() {
      if (!latest || performance.now() > heldUntil) {
        heldUntil = Number.POSITIVE_INFINITY;
        latest = runHealthChecks(env, checks, { timeoutMs: TIMEOUT_MS, now: () => clock.now() }).finally(() => {
          heldUntil = performance.now() + REPORT_HOLDS_MS;
        });
      }
      return latest;
    },
  };
}
