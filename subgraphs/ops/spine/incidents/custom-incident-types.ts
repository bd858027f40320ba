import { requireText, SpineInputError } from '../input-error.js';
import { AUTH_INCIDENT_TYPES } from './auth-incident-rules.js';
import { CUSTOM_INCIDENT_TYPES } from './custom-incident-catalogue.js';
import type { IncidentRule, MetricCondition, SeverityStep } from './incident-rule.js';
import { parseMetricName } from './metric-name.js';
import { SEVERITIES } from './ops-event.js';

/** The incident types of a business, by name. Registering gives a new registry and leaves the old one as it was. */
export type IncidentRegistry = ReadonlyMap<string, IncidentRule>;

const TYPE_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

function requireNewType(type: unknown, registry: IncidentRegistry): string {
  const name = requireText(type, 'type');
  if (!TYPE_NAME.test(name))
    throw new SpineInputError('type', 'must be in UPPER_SNAKE_CASE, at most 64 characters');
  if (AUTH_INCIDENT_TYPES.some((taken) => taken === name) || registry.has(name)) {
    throw new SpineInputError('type', `${name} is registered already`);
  }
  return name;
}

function requireCondition(condition: MetricCondition, index: number): MetricCondition {
  const field = `conditions.${index}`;
  const { signal } = parseMetricName(requireText(condition.metric, `${field}.metric`));
  if (!/^[a-z][a-z0-9_.]*$/.test(signal))
    throw new SpineInputError(`${field}.metric`, 'must be in snake_case');
  const { metric, comparison, threshold } = condition;
  if (comparison !== 'atLeast' && comparison !== 'above') {
    throw new SpineInputError(`${field}.comparison`, 'must be atLeast or above');
  }
  if (!Number.isFinite(threshold) || threshold < 0 || (threshold === 0 && comparison === 'atLeast')) {
    throw new SpineInputError(`${field}.threshold`, 'must be a finite number that quiet does not reach');
  }
  return { metric, comparison, threshold };
}

function requireStep(step: SeverityStep, index: number, steps: readonly SeverityStep[]): SeverityStep {
  const field = `severitySteps.${index}`;
  const before = steps[index - 1];
  if (!SEVERITIES.includes(step.severity))
    throw new SpineInputError(`${field}.severity`, 'must be 0, 1, 2 or 3');
  if (!Number.isFinite(step.atRatio) || (before !== undefined && step.atRatio <= before.atRatio)) {
    throw new SpineInputError(`${field}.atRatio`, 'must be finite and rise from step to step');
  }
  if (before !== undefined && step.severity < before.severity) {
    throw new SpineInputError(`${field}.severity`, 'must not fall from step to step');
  }
  return { atRatio: step.atRatio, severity: step.severity };
}

function requireSome<Input, Output>(
  items: readonly Input[],
  field: string,
  check: (item: Input, index: number, all: readonly Input[]) => Output,
): readonly [Output, ...Output[]] {
  const [first, ...rest] = Array.isArray(items) ? items.map(check) : [];
  if (first === undefined) throw new SpineInputError(field, 'must have at least one member');
  return [first, ...rest];
}

/**
 * The registry with one more incident type.
 * @throws {SpineInputError} naming the property, also when the type is one of the eight or registered already
 */
export function registerIncidentType(registry: IncidentRegistry, rule: IncidentRule): IncidentRegistry {
  const checked: IncidentRule = {
    type: requireNewType(rule.type, registry),
    conditions: requireSome(rule.conditions, 'conditions', requireCondition),
    severitySteps: requireSome(rule.severitySteps, 'severitySteps', requireStep),
    ...(rule.aliases === undefined ? {} : { aliases: { ...rule.aliases } }),
  };
  return new Map([...registry, [checked.type, checked]]);
}

/** The types that come with the library. */
export const SHIPPED_INCIDENT_TYPES: IncidentRegistry = CUSTOM_INCIDENT_TYPES.reduce(
  registerIncidentType,
  new Map(),
);
