import type { FieldIssue } from '../../_kernel/errors/domain-error.js';
import type { Asking } from '../../_kernel/policy/asking.js';
import { ACTIONS, attributesOf, isPolicyAction, POLICY_ACTIONS, type PolicyAction } from '../../_kernel/policy/catalogue.js';
import { createPolicySet } from '../../_kernel/policy/policy-set.js';
import type { CompiledPolicy, Decision, PolicyResource } from '../../_kernel/policy/policy.js';
import { readTexts, valueReader } from '../../_kernel/policy/value.js';

/** Cedar keeps parsed what was simulated last, and nothing besides. */
const SLOT = 'simulation';

export interface Simulated {
  readonly action: string;
  /** Attributes of the resource by their names, values as policies have them; `null` for one that is missing. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export type SimulatedQuestion =
  | { readonly ok: true; readonly action: PolicyAction; readonly resource: PolicyResource }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** Reads what is asked, every attribute by its type. */
export function readQuestion({ action, resource: given }: Simulated, tenantId: string): SimulatedQuestion {
  if (!isPolicyAction(action)) {
    return { ok: false, issues: [{ field: 'action', message: `must be one of ${POLICY_ACTIONS.join(', ')}` }] };
  }
  const { resource: type } = ACTIONS[action];
  const known = attributesOf('resource', type);
  const issues: FieldIssue[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({ field: `resource.${name}`, message: `is no attribute of ${type}` }));
  const attributes: Record<string, string | number | readonly string[] | null> = {};
  for (const [name, definition] of Object.entries(known)) {
    const value = Object.hasOwn(given, name) ? given[name] : null;
    if (value == null) {
      attributes[name] = null;
      if (!definition.optional) issues.push({ field: `resource.${name}`, message: 'must be given' });
      continue;
    }
    const read = definition.type.kind === 'texts' ? readTexts(value) : valueReader(definition.type)(value);
    if (read.ok) attributes[name] = read.value;
    else issues.push({ field: `resource.${name}`, message: read.message });
  }
  if (issues.length > 0) return { ok: false, issues };
  const id = typeof attributes['id'] === 'string' ? attributes['id'] : null;
  return { ok: true, action, resource: { type, id, tenantId, attributes } };
}

/** What would be decided; nothing is written anywhere. */
export const simulate = (
  policies: readonly CompiledPolicy[],
  asking: Asking,
  action: PolicyAction,
  resource: PolicyResource,
): Decision => createPolicySet(SLOT, policies).decide(asking, action, resource);
