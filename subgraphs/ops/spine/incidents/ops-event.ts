import { optionalText, requireText, SpineInputError } from '../input-error.js';
import { requireInstant } from '../instant.js';
import { isPlainObject } from '../json.js';

/** 0 informational, 1 degraded, 2 serious, 3 critical: higher is worse. */
export type Severity = 0 | 1 | 2 | 3;

export const SEVERITIES = [0, 1, 2, 3] as const satisfies readonly Severity[];

/**
 * Something that went wrong, as measured. `Type` is open, for types that are registered.
 * The names are those of the wire format.
 */
export interface OpsEvent<Type extends string = string> {
  readonly event_id: string;
  readonly incident_type: Type;
  readonly severity_guess: Severity;
  /** ISO 8601 instant with offset. */
  readonly occurred_at: string;
  /** Every number that was measured, under the name it was measured by. */
  readonly metrics_snapshot: Readonly<Record<string, number>>;
  /** Left out for the platform as a whole. */
  readonly tenant_id?: string;
  /** The identity provider concerned, where the measurement was of one. */
  readonly provider?: string;
}

function requireSnapshot(value: unknown): Readonly<Record<string, number>> {
  if (!isPlainObject(value)) throw new SpineInputError('metrics_snapshot', 'must be an object of numbers');
  return Object.fromEntries(
    Object.entries(value).map(([name, count]) => {
      if (typeof count === 'number' && Number.isFinite(count)) return [name, count];
      throw new SpineInputError(`metrics_snapshot.${name}`, 'must be a finite number');
    }),
  );
}

/**
 * An event from outside, checked; what it has beyond an event's properties is left out.
 * @throws {SpineInputError} naming the property
 */
export function parseOpsEvent(value: unknown): OpsEvent {
  if (!isPlainObject(value)) throw new SpineInputError('event', 'must be an object');
  const severity = SEVERITIES.find((each) => each === value['severity_guess']);
  if (severity === undefined) throw new SpineInputError('severity_guess', 'must be 0, 1, 2 or 3');
  requireInstant(value['occurred_at'], 'occurred_at');
  const tenantId = optionalText(value['tenant_id'], 'tenant_id');
  const provider = optionalText(value['provider'], 'provider');
  return {
    event_id: requireText(value['event_id'], 'event_id'),
    incident_type: requireText(value['incident_type'], 'incident_type'),
    severity_guess: severity,
    occurred_at: value['occurred_at'] as string,
    metrics_snapshot: requireSnapshot(value['metrics_snapshot']),
    ...(tenantId === null ? {} : { tenant_id: tenantId }),
    ...(provider === null ? {} : { provider }),
  };
}
