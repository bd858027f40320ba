import { optionalText, SpineInputError } from '../input-error.js';
import { requireInstant } from '../instant.js';
import { isPlainObject } from '../json.js';

/** Where and when the metrics were measured, and what counts as too much there. Other properties are ignored. */
export interface DetectionContext {
  /** Whose metrics they are; absent for the platform as a whole. `tenant_id` means the same. */
  readonly tenantId?: string | null | undefined;
  readonly tenant_id?: string | null | undefined;
  /** The identity provider the metrics are of, where they are of one. */
  readonly provider?: string | null | undefined;
  /** ISO 8601 instant with offset; now when absent. */
  readonly occurredAtISO?: string | undefined;
  /**
   * Thresholds by metric name, in place of the defaults: `{ failed_logins_5m: 200 }`. Names that no rule of the
   * caller's uses are ignored, so that one configuration serves several rule sets.
   */
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
}

export interface DetectionSetting {
  readonly tenantId: string | null;
  readonly provider: string | null;
  readonly atMs: number;
  readonly occurredAtISO: string;
  readonly thresholds: readonly (readonly [name: string, threshold: number])[];
}

function readThresholds(value: unknown): DetectionSetting['thresholds'] {
  if (value === undefined || value === null) return [];
  if (!isPlainObject(value)) throw new SpineInputError('context.thresholds', 'must be an object of numbers');
  return Object.entries(value).map(([name, threshold]) => {
    if (typeof threshold === 'number' && Number.isFinite(threshold) && threshold >= 0)
      return [name, threshold] as const;
    throw new SpineInputError(`context.thresholds.${name}`, 'must be a finite number, not below 0');
  });
}

/** @throws {SpineInputError} naming the property of `context` */
export function readDetectionContext(context: DetectionContext | null | undefined): DetectionSetting {
  const given: unknown = context ?? {};
  if (!isPlainObject(given)) throw new SpineInputError('context', 'must be an object');
  const tenantId = optionalText(given['tenantId'], 'context.tenantId');
  const tenantIdOnWire = optionalText(given['tenant_id'], 'context.tenant_id');
  if (tenantId !== null && tenantIdOnWire !== null && tenantId !== tenantIdOnWire) {
    throw new SpineInputError('context.tenant_id', 'names another tenant than tenantId');
  }
  const occurredAtISO = given['occurredAtISO'] ?? new Date().toISOString();
  return {
    tenantId: tenantId ?? tenantIdOnWire,
    provider: optionalText(given['provider'], 'context.provider'),
    atMs: requireInstant(occurredAtISO, 'context.occurredAtISO'),
    occurredAtISO: occurredAtISO as string,
    thresholds: readThresholds(given['thresholds']),
  };
}
