import type { PolicyAction } from '../../../_kernel/policy/catalogue.js';
import type { TenantPolicies } from '../../../_kernel/policy/tenant-policies.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { IncidentRow } from '../incident.store.js';
import type { BlockedFlag, FlagToSet, INCIDENT_ACTIONS } from './incident-action.js';

type IncidentActionKind = (typeof INCIDENT_ACTIONS)[number];

/** What policies call it. */
const POLICY_ACTION_OF: Readonly<Record<IncidentActionKind, PolicyAction>> = {
  APPLY_RECOMMENDED_FLAGS: 'incident:applyFlags',
  FORCE_LOGOUT: 'incident:forceLogout',
  DISABLE_PROVIDER: 'incident:disableProvider',
  BLOCK_SIGNUPS: 'incident:blockSignups',
};

/** What a company's policies have against setting a flag for an incident; null for nothing. */
export type PolicyVeto = (kind: IncidentActionKind, incident: IncidentRow, flag: FlagToSet) => BlockedFlag | null;

/**
 * Asks the company's policies about whoever acts, and notes each refusal in the access log. Staff of the platform act
 * above companies: no company's policy is about them.
 */
export async function vetoOf(context: RequestContext, policies: TenantPolicies): Promise<PolicyVeto> {
  if (context.principal.kind === 'platform') return () => null;
  const judge = await policies.of(context);
  return (kind, { id, tenantId, type, severity }, { key }) => {
    const resource = { type: 'Incident' as const, id, tenantId, attributes: { id, type, severity, flag: key } };
    const { allowed, reasons, decidedBy } = judge.decide(POLICY_ACTION_OF[kind], resource);
    return allowed ? null : { key, reason: reasons.join('; '), policyIds: decidedBy };
  };
}
