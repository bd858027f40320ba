import {
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  type CedarValueJson,
} from '@cedar-policy/cedar-wasm/nodejs';
import { contextFacts, userFacts, type Asking } from './asking.js';
import { ACTIONS, type PolicyAction } from './catalogue.js';
import { CEDAR_SCHEMA, GRANTED, PRINCIPAL_TYPE } from './cedar-schema.js';
import { refusingGuard } from './platform-guards.js';
import type { CompiledPolicy, Decision, DecisionLayer, PolicyResource } from './policy.js';
import { isGranted, roleGrant } from './role-grant.js';

const SCHEMA = 'catalogue';
const BY_ROLES = 'granted-by-roles';
const BY_ROLES_CEDAR = `permit (principal, action, resource) when { context.${GRANTED} };`;

/** One tenant's enabled policies, ready to decide. */
export interface PolicySet {
  readonly policies: readonly CompiledPolicy[];
  /** Whether any of them is about an action. */
  concerns(action: PolicyAction): boolean;
  /** Platform guards, then denying policies, then roles, then allowing policies; what goes wrong denies. */
  decide(asking: Asking, action: PolicyAction, resource: PolicyResource): Decision;
}

/** The policies cannot be read by Cedar. */
export class PolicySetError extends Error {
  override readonly name = 'PolicySetError';
}

const decision = (layer: DecisionLayer, rest: Partial<Decision> = {}): Decision => ({
  allowed: layer === 'ROLES' || layer === 'ALLOW_POLICY',
  layer,
  decidedBy: [],
  reasons: [],
  errors: [],
  ...rest,
});

export const undecided = (error: string): Decision =>
  decision('ERROR', { reasons: ['A decision that cannot be made is a denial'], errors: [error] });

/** The platform itself acts: no roles, no policies. */
export const BY_THE_PLATFORM: Decision = decision('ROLES', { reasons: ['The platform itself acts'] });

function cedarValue(value: NonNullable<PolicyResource['attributes'][string]>): CedarValueJson {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? [...value] : value;
}

/** What is missing is left out: Cedar knows no null. */
const cedarAttributes = (attributes: PolicyResource['attributes']): Record<string, CedarValueJson> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, cedarValue(value)]])),
  );

let schemaIsReady = false;

/** Whose policies Cedar holds under a name. */
const holders = new Map<string, object>();

function prepareSchema(): void {
  if (schemaIsReady) return;
  const prepared = preparseSchema(SCHEMA, CEDAR_SCHEMA);
  if (prepared.type === 'failure') throw new PolicySetError(prepared.errors.map(({ message }) => message).join('; '));
  schemaIsReady = true;
}

/**
 * @param slot name under which Cedar keeps them parsed; two sets may share one and then parse in turns
 * @throws {PolicySetError}
 */
export function createPolicySet(slot: string, policies: readonly CompiledPolicy[]): PolicySet {
  prepareSchema();
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const concerned = new Set(policies.flatMap(({ actions }) => actions));
  const staticPolicies = { [BY_ROLES]: BY_ROLES_CEDAR, ...Object.fromEntries(policies.map(({ id, cedar }) => [id, cedar])) };
  const self = {};
  const prepare = (): void => {
    holders.delete(slot);
    const prepared = preparsePolicySet(slot, { staticPolicies });
    if (prepared.type === 'failure') throw new PolicySetError(prepared.errors.map(({ message }) => message).join('; '));
    holders.set(slot, self);
  };
  prepare();

  const described = (verb: string, ids: readonly string[]): readonly string[] =>
    ids.map((id) => `${verb} by policy: ${byId.get(id)?.description ?? id}`);

  const askCedar = (asking: Asking, action: PolicyAction, resource: PolicyResource, granted: boolean): Decision => {
    // A tenant's decision must never be made by what another one has put in the place of its policies.
    if (holders.get(slot) !== self) prepare();
    const { roles, permissions, ...facts } = userFacts(asking);
    const principal = { type: PRINCIPAL_TYPE, id: String(facts['id']) };
    const about = { type: resource.type, id: resource.id ?? '' };
    const lists = { roles: [...(roles as readonly string[])], permissions: [...(permissions as readonly string[])] };
    const answer = statefulIsAuthorized({
      principal,
      action: { type: 'Action', id: action },
      resource: about,
      context: { ...(contextFacts(asking) as Record<string, CedarValueJson>), [GRANTED]: granted },
      preparsedSchemaName: SCHEMA,
      validateRequest: true,
      preparsedPolicySetId: slot,
      entities: [
        { uid: principal, attrs: { ...(facts as Record<string, CedarValueJson>), ...lists }, parents: [] },
        { uid: about, attrs: cedarAttributes(resource.attributes), parents: [] },
      ],
    });
    if (answer.type === 'failure') return undecided(answer.errors.map(({ message }) => message).join('; '));
    const { decision: verdict, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) {
      // A policy that fails is skipped by Cedar: a denial that fails would allow.
      const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
      return { ...undecided(''), decidedBy: diagnostics.errors.map(({ policyId }) => policyId), errors };
    }
    const deciding = diagnostics.reason.filter((id) => id !== BY_ROLES).sort();
    if (verdict === 'deny') {
      return deciding.length > 0
        ? decision('DENY_POLICY', { decidedBy: deciding, reasons: described('Denied', deciding) })
        : decision('NOTHING', { reasons: ['Neither a role nor a policy allows it'] });
    }
    return granted
      ? decision('ROLES', { reasons: ['Allowed by role, and no policy denies it'] })
      : decision('ALLOW_POLICY', { decidedBy: deciding, reasons: described('Allowed', deciding) });
  };

  return {
    policies,
    concerns: (action) => concerned.has(action),
    decide(asking, action, resource) {
      if (asking.principal.kind === 'system') return BY_THE_PLATFORM;
      const guard = refusingGuard(asking, resource);
      if (guard) return decision('PLATFORM_GUARD', { reasons: [guard.reason] });
      if (ACTIONS[action].resource !== resource.type) return undecided(`${action} is no action of ${resource.type}`);
      const granted = isGranted(roleGrant(asking, action), resource.attributes['ownerId']);
      if (concerned.has(action)) return askCedar(asking, action, resource, granted);
      return granted
        ? decision('ROLES', { reasons: ['Allowed by role, and no policy is about it'] })
        : decision('NOTHING', { reasons: ['Neither a role nor a policy allows it'] });
    },
  };
}
