import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { READ_INCIDENTS, requireReach } from '../reach.js';
import type { OpsEvent, Severity } from '../spine/incidents/ops-event.js';
import { SpineInputError } from '../spine/input-error.js';
import type { OpsSpineResponse } from '../spine/response/follow-playbook.js';
import { runEcommerceOpsSpine } from '../spine/response/run-ops-spine.js';

export interface ReportedEvent {
  readonly eventId: string;
  readonly incidentType: string;
  readonly severityGuess: number;
  readonly occurredAt: Date;
  readonly metricsSnapshot?: unknown;
  readonly provider?: string | null | undefined;
}

export interface SpineResponseService {
  /**
   * What to do about an event, whoever has observed it. Reads and writes nothing: equal events get equal answers.
   * @throws {ForbiddenError} without the permission to read incidents
   * @throws {ValidationError} naming the property of the event
   */
  run(context: RequestContext, event: ReportedEvent): OpsSpineResponse;
}

/** The spine's names of an event's properties, and the graph's. */
const FIELDS: Readonly<Record<string, string>> = {
  event_id: 'eventId',
  incident_type: 'incidentType',
  severity_guess: 'severityGuess',
  occurred_at: 'occurredAt',
  metrics_snapshot: 'metricsSnapshot',
};

function refusalOf({ field, message }: SpineInputError): ValidationError {
  const [root = '', ...rest] = field.split('.');
  return ValidationError.of(['event', FIELDS[root] ?? root, ...rest].join('.'), message.slice(field.length + 2));
}

export const createSpineResponseService = (): SpineResponseService => ({
  run(context, event) {
    requireReach(context, READ_INCIDENTS);
    const reported: OpsEvent = {
      event_id: event.eventId,
      incident_type: event.incidentType,
      severity_guess: event.severityGuess as Severity,
      occurred_at: event.occurredAt.toISOString(),
      metrics_snapshot: event.metricsSnapshot as OpsEvent['metrics_snapshot'],
      ...(event.provider == null ? {} : { provider: event.provider }),
    };
    try {
      return runEcommerceOpsSpine(reported);
    } catch (error) {
      throw error instanceof SpineInputError ? refusalOf(error) : error;
    }
  },
});
