import { LRUCache } from 'lru-cache';
import type { Logger, RequestContext } from '../request/request-context.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import type { AccessLog } from './access-log.js';
import { askingOf } from './asking.js';
import type { PolicyAction, ResourceType } from './catalogue.js';
import type { Decision, PolicyResource } from './policy.js';
import { BY_THE_PLATFORM, createPolicySet, undecided, type PolicySet } from './policy-set.js';
import { findPublishedPolicies } from './policy-set.store.js';
import { roleGrant } from './role-grant.js';
import { EVERYTHING, NOTHING, rowFilterOf, type RowFilter } from './row-filter.js';

/** Decides for one request. What is decided is written in the access log. */
export interface PolicyJudge {
  /** UUIDs of the policies that are enforced, in their order. */
  readonly policyIds: readonly string[];
  /** Whether a decision has to look at the row: where it has not, what is dear to find out may be left out. */
  looksAtRows(action: PolicyAction, type: ResourceType): boolean;
  decide(action: PolicyAction, resource: PolicyResource): Decision;
  /** One decision for a batch of entities, made row by row only where a policy looks at the rows. */
  decideAll(action: PolicyAction, resources: readonly PolicyResource[]): readonly Decision[];
  /** Exactly those rows for which `decide` allows. */
  rowFilter(action: PolicyAction, type: ResourceType): RowFilter;
}

export interface TenantPolicies {
  /** Never rejects: a judge that cannot know the policies denies everything. */
  of(context: RequestContext): Promise<PolicyJudge>;
}

/** How long what was read is enforced: a change takes effect within this. */
const BELIEVED_FOR_MS = 400;
/** Tenants whose policies Cedar keeps parsed. */
const TENANTS_KEPT = 200;

interface Known {
  readonly version: string | null;
  readonly set: PolicySet;
  readonly slot: string;
  /** Milliseconds of the process's own clock. */
  until: number;
}

const UNAVAILABLE = 'The policies of the company cannot be read at the moment';

export function createTenantPolicies(tenants: TenantDatabase, log: AccessLog, logger: Logger): TenantPolicies {
  const known = new LRUCache<string, Known>({ max: TENANTS_KEPT, dispose: ({ slot }) => void freeSlots.push(slot) });
  const underWay = new Map<string, Promise<PolicySet>>();
  const freeSlots: string[] = [];
  let slots = 0;

  // Cedar forgets no name: those of tenants that fell out are given to others.
  const newSlot = (): string => freeSlots.pop() ?? `tenant-${(slots += 1)}`;

  const read = async (context: RequestContext): Promise<PolicySet> => {
    const tenantId = context.tenant.id;
    const published = await findPublishedPolicies(tenants.of(context));
    const version = published?.version ?? null;
    const before = known.peek(tenantId);
    const until = performance.now() + BELIEVED_FOR_MS;
    if (before?.version === version) {
      before.until = until;
      return before.set;
    }
    const slot = newSlot();
    try {
      const set = createPolicySet(slot, published?.policies ?? []);
      known.set(tenantId, { version, set, slot, until });
      return set;
    } catch (error) {
      freeSlots.push(slot);
      known.delete(tenantId);
      throw error;
    }
  };

  const setOf = (context: RequestContext): Promise<PolicySet> | PolicySet => {
    const tenantId = context.tenant.id;
    const remembered = known.get(tenantId);
    if (remembered && remembered.until > performance.now()) return remembered.set;
    const reading = underWay.get(tenantId) ?? read(context).finally(() => underWay.delete(tenantId));
    underWay.set(tenantId, reading);
    return reading;
  };

  return {
    async of(context) {
      if (context.principal.kind === 'system') return PLATFORM_JUDGE;
      try {
        return judgeOf(context, await setOf(context), log);
      } catch (error) {
        logger.error({ err: error, tenantId: context.tenant.id }, 'policies not read; everything is denied');
        return denyingJudge(context, log);
      }
    },
  };
}

const PLATFORM_JUDGE: PolicyJudge = {
  policyIds: [],
  looksAtRows: () => false,
  decide: () => BY_THE_PLATFORM,
  decideAll: (_action, resources) => resources.map(() => BY_THE_PLATFORM),
  rowFilter: () => EVERYTHING,
};

function denyingJudge(context: RequestContext, log: AccessLog): PolicyJudge {
  const deny = (action: PolicyAction, resource: PolicyResource): Decision => {
    const decision = undecided(UNAVAILABLE);
    log.record(context, { action, resource, decision });
    return decision;
  };
  return {
    policyIds: [],
    looksAtRows: () => false,
    decide: deny,
    decideAll: (action, resources) => resources.map((resource) => deny(action, resource)),
    rowFilter(action, type) {
      log.record(context, { action, resource: { type }, decision: undecided(UNAVAILABLE) });
      return NOTHING;
    },
  };
}

const looksAt = ({ policies }: PolicySet, action: PolicyAction): boolean =>
  policies.some(
    (policy) => policy.actions.includes(action) && policy.conditions.some(({ left }) => left.from === 'resource'),
  );

function judgeOf(context: RequestContext, set: PolicySet, log: AccessLog): PolicyJudge {
  const asking = askingOf(context);

  const looksAtRows = (action: PolicyAction): boolean =>
    typeof roleGrant(asking, action) === 'object' || looksAt(set, action);

  const decide = (action: PolicyAction, resource: PolicyResource): Decision => {
    const decision = set.decide(asking, action, resource);
    log.record(context, { action, resource, decision });
    return decision;
  };

  return {
    policyIds: set.policies.map(({ id }) => id),
    looksAtRows,
    decide,
    decideAll(action, resources) {
      const [first, ...others] = resources;
      if (!first) return [];
      const ownRows = resources.every(({ tenantId }) => tenantId === context.tenant.id);
      if (others.length > 0 && (looksAtRows(action) || !ownRows)) {
        return resources.map((resource) => decide(action, resource));
      }
      const decision = decide(action, first);
      return resources.map(() => decision);
    },
    rowFilter(action, type) {
      try {
        const filter = rowFilterOf(set.policies, asking, action, type);
        const decidedBy = set.policies.filter(({ actions }) => actions.includes(action)).map(({ id }) => id);
        const allowed = filter.kind === 'test' || filter.kind === 'all' || filter.of.length > 0;
        const layer = allowed ? 'ROLES' : 'NOTHING';
        const reasons = [allowed ? 'Shown are the rows that roles and policies leave' : 'Roles and policies leave no row'];
        log.record(context, { action, resource: { type }, decision: { allowed, layer, decidedBy, reasons, errors: [] } });
        return filter;
      } catch (error) {
        const decision = undecided(error instanceof Error ? error.message : String(error));
        log.record(context, { action, resource: { type }, decision });
        return NOTHING;
      }
    },
  };
}
