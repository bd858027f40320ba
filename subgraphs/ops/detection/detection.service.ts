import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { Database, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { isPlatformTenant, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { countSignals, findTroubledProvider } from '../auth-log/auth-log.store.js';
import type { OpsEvents } from '../events.js';
import type { IncidentRecorder } from '../incident/incident-recorder.js';
import { judge, type Finding } from './detection.js';
import { findThresholds } from './threshold/threshold.store.js';
import {
  findAlarms,
  findTenant,
  findUnquietTenants,
  keepAlarm,
  keepTenant,
  requestLook,
  takeRequests,
} from './detection.store.js';

export interface DetectionService {
  /** Remembers who a tenant is, in the caller's transaction. */
  keepTenant(db: TenantDb, tenant: TenantIdentity): Promise<void>;
  /** A tenant that operations has heard of. */
  findTenant(tenantId: string): Promise<TenantIdentity | null>;
  /** Asks for a look at the tenant's signals, in the transaction that logs one. Asking twice is one look. */
  request(context: RequestContext, db: TenantDb, signalAt: Date): Promise<void>;
  /** Looks, if that was asked for: counts the windows up to the newest signal and raises what they amount to. */
  look(context: RequestContext, db: TenantDb): Promise<void>;
  /**
   * Looks at every tenant that is not quiet, as of now: what has calmed down is resolved.
   * @returns how many tenants that were
   */
  lookAgain(context: RequestContext): Promise<number>;
}

export function createDetectionService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly incidents: IncidentRecorder;
}): DetectionService {
  const { database, outbox, incidents } = parts;

  const act = async (
    context: RequestContext,
    db: TenantDb,
    finding: Finding,
    at: Date,
    news: boolean,
  ): Promise<void> => {
    const { type, change, event } = finding;
    if (change === 'CLEARED') return incidents.clear(context, db, type, at);
    if (!event) return;
    if (change === 'FIRED') return incidents.raise(context, db, event);
    if (news && finding.alarm.firing) await incidents.refresh(context, db, event);
  };

  /**
   * The watch's lock must be held.
   * @param asOf as of when; never earlier than an alarm has seen, for that would be no news to it
   * @param news whether there are signals that nobody has counted
   */
  const judgeAt = async (context: RequestContext, db: TenantDb, asOf: Date, news: boolean): Promise<void> => {
    const alarms = await findAlarms(db);
    const at = new Date(Math.max(asOf.getTime(), ...[...alarms.values()].map((alarm) => alarm.seenAtMs ?? 0)));
    const counts = await countSignals(db, at);
    const thresholds = await findThresholds(db);
    const areCallbacksFailing = counts.some(({ type }) => type === 'oauth_callback_error');
    const troubledProvider = areCallbacksFailing ? await findTroubledProvider(db, at) : null;
    const tenantId = isPlatformTenant(context.tenant) ? null : context.tenant.id;
    for (const finding of judge({ tenantId, at, counts, thresholds, troubledProvider, alarms })) {
      await keepAlarm(db, finding.type, finding.alarm);
      await act(context, db, finding, at, news);
    }
  };

  return {
    keepTenant,
    findTenant: (tenantId) => findTenant(database.platform.db, tenantId),

    async request(context, db, signalAt) {
      const first = await requestLook(db, context.tenant, signalAt);
      if (first) await outbox.emit(db, context, 'ops.detection_requested', { since: signalAt.toISOString() });
    },

    async look(context, db) {
      const newest = await takeRequests(db);
      if (newest) await judgeAt(context, db, newest, true);
    },

    async lookAgain({ clock, logger, origin: { requestId } }) {
      const tenants = await findUnquietTenants(database.platform.db);
      for (const tenant of tenants) {
        const context = systemContext({ name: 'look-again', tenant, clock, logger, requestId });
        try {
          await database.tenants.transaction(context, async (db) => {
            const newest = await takeRequests(db);
            await judgeAt(context, db, clock.now(), newest !== null);
          });
        } catch (error) {
          context.logger.warn({ err: error }, 'could not look at the signals of a tenant; will try again');
        }
      }
      return tenants.length;
    },
  };
}
