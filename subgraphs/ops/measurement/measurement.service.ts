import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { isPlatformTenant, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../../tenancy/ids.js';
import type { DetectionService } from '../detection/detection.service.js';
import type { Thresholds } from '../detection/threshold/threshold.js';
import { findThresholds } from '../detection/threshold/threshold.store.js';
import type { IncidentRecorder } from '../incident/incident-recorder.js';
import { MANAGE_INCIDENTS, requireReach } from '../reach.js';
import { deriveAuthIncidents, deriveCustomIncidents } from '../spine/incidents/derive-incidents.js';
import type { DetectionContext } from '../spine/incidents/detection-context.js';
import type { Metrics } from '../spine/incidents/evaluate-rule.js';
import type { OpsEvent } from '../spine/incidents/ops-event.js';
import { SpineInputError } from '../spine/input-error.js';
import { isPlainObject } from '../spine/json.js';
import type { OpsSpineResponse } from '../spine/response/follow-playbook.js';
import { runEcommerceOpsSpine } from '../spine/response/run-ops-spine.js';

/** What somebody has measured outside the platform; both as they came. */
export interface Measurement {
  readonly metrics: unknown;
  readonly context: unknown;
}

/** An incident that a measurement amounts to, and what to do about it. */
export interface AdvisedIncident {
  readonly event: OpsEvent;
  readonly response: OpsSpineResponse;
}

export interface MeasurementService {
  /**
   * Raises what a measurement amounts to, the most severe first, and says what to do about each. The same
   * measurement in the same window raises nothing twice.
   * @throws {ForbiddenError} without the permission to manage incidents
   * @throws {ValidationError} naming the metric or the property of the context
   * @throws {NotFoundError} alike for an unknown company and, to a member, any but her own
   */
  take(context: RequestContext, measurement: Measurement): Promise<readonly AdvisedIncident[]>;
}

const asValidationError = ({ field, message }: SpineInputError): ValidationError =>
  ValidationError.of(field, message.slice(field.length + 2));

/** The spine reads either name of the company; here it is one, and a global id. */
function namedTenantIn(context: Readonly<Record<string, unknown>>): string | null {
  const named = context['tenantId'] ?? context['tenant_id'] ?? null;
  if (named === null) return null;
  if (typeof named !== 'string') throw ValidationError.of('context.tenantId', 'must be the global id of a company');
  return named;
}

function derive(metrics: unknown, context: DetectionContext): readonly OpsEvent[] {
  try {
    // The spine checks what it is given, whatever its type says.
    const measured = metrics as Metrics;
    return [...deriveAuthIncidents(measured, context), ...deriveCustomIncidents(measured, context)].sort(
      (left, right) => right.severity_guess - left.severity_guess,
    );
  } catch (error) {
    throw error instanceof SpineInputError ? asValidationError(error) : error;
  }
}

/** What somebody has said for this once, before what the company has said for always. */
function thresholdsAmong(given: unknown, own: Thresholds): Thresholds {
  // What is no object is left to the spine to refuse.
  return isPlainObject(given ?? {}) ? { ...(given as Thresholds | null), ...own, ...(given as Thresholds | null) } : (given as Thresholds);
}

export function createMeasurementService(parts: {
  readonly tenants: TenantDatabase;
  readonly detection: Pick<DetectionService, 'findTenant'>;
  readonly incidents: Pick<IncidentRecorder, 'raise'>;
}): MeasurementService {
  const { tenants, detection, incidents } = parts;

  const tenantOf = async (context: RequestContext, named: string | null): Promise<TenantIdentity> => {
    if (named === null) return context.tenant;
    const id = TenantId.require(named);
    if (id === context.tenant.id) return context.tenant;
    const tenant = context.principal.kind === 'platform' ? await detection.findTenant(id) : null;
    if (!tenant) throw new NotFoundError('Tenant');
    return tenant;
  };

  return {
    async take(context, measurement) {
      requireReach(context, MANAGE_INCIDENTS);
      const given = measurement.context ?? {};
      if (!isPlainObject(given)) throw ValidationError.of('context', 'must be an object');
      const tenant = await tenantOf(context, namedTenantIn(given));
      const inTenant = { ...context, tenant };
      const events = derive(measurement.metrics, {
        occurredAtISO: context.clock.now().toISOString(),
        ...given,
        thresholds: thresholdsAmong(given['thresholds'], await findThresholds(tenants.of(inTenant))),
        tenantId: isPlatformTenant(tenant) ? null : tenant.id,
        tenant_id: null,
      });
      await tenants.transaction(inTenant, async (db) => {
        for (const event of events) await incidents.raise(inTenant, db, event);
      });
      return events.map((event) => ({ event, response: runEcommerceOpsSpine(event) }));
    },
  };
}
