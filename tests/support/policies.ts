import { expect } from '@jest/globals';
import fc from 'fast-check';
import { ACTIONS, type PolicyAction } from '../../subgraphs/_kernel/policy/catalogue.js';
import { compilePolicy } from '../../subgraphs/_kernel/policy/compile-policy.js';
import type { CompiledPolicy, PolicyDocument, PolicyResource } from '../../subgraphs/_kernel/policy/policy.js';
import { createPolicySet } from '../../subgraphs/_kernel/policy/policy-set.js';
import { publishPolicies } from '../../subgraphs/_kernel/policy/policy-set.store.js';
import { rowFilterOf, type RowFilter } from '../../subgraphs/_kernel/policy/row-filter.js';
import { USERS } from '../../subgraphs/_kernel/policy/support/random-policies.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { ACME, contextFor, eventually, memberOf, type TestRuntime } from './runtime.js';

/** A policy as identity would publish it. @throws when it does not fit the catalogue */
export function compiledPolicy(document: PolicyDocument): CompiledPolicy {
  const compiled = compilePolicy(uuidv7(), document, () => null);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  return compiled.policy;
}

/** Publishes what a company enforces from now on; resolves when what was read before is believed no longer. */
export async function enforcePolicies(
  { database, policies: enforced }: TestRuntime,
  tenant: TenantIdentity,
  policies: readonly CompiledPolicy[],
): Promise<void> {
  const context = contextFor(tenant, { kind: 'system', name: 'test' });
  await database.tenants.transaction(context, (db) => publishPolicies(db, { version: uuidv7(), policies }, context.clock.now()));
  const published = JSON.stringify(policies.map(({ id }) => id));
  await eventually(async () => {
    const judge = await enforced.of(contextFor(tenant, memberOf()));
    return JSON.stringify(judge.policyIds) === published;
  });
}

/**
 * Holds a list against single decisions: for random policies and askers the database must leave exactly the rows that
 * Cedar allows one by one.
 * @param left ids of the resources that the query with the filter finds
 */
export async function listsAgreeWithDecisions(of: {
  readonly action: PolicyAction;
  readonly documents: fc.Arbitrary<PolicyDocument>;
  readonly resources: readonly PolicyResource[];
  readonly left: (filter: RowFilter) => Promise<readonly string[]>;
}): Promise<void> {
  const { action, documents, resources, left } = of;
  const { resource: type, permissions } = ACTIONS[action];
  const seen = { shown: 0, hidden: 0 };
  const asker = fc.record({ userId: fc.constantFrom(...USERS), roles: fc.subarray(['STAFF', 'VIEWER']), reads: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(documents, { maxLength: 4 }), asker, async (written, { userId, roles, reads }) => {
      const policies = written.map(compiledPolicy);
      const principal = memberOf(reads ? [...permissions] : [], { userId, roles });
      const asking = { tenant: ACME, principal, now: new Date('2027-01-11T12:00:00Z'), ip: null };
      const set = createPolicySet('differential', policies);
      const allowed = resources.filter((resource) => set.decide(asking, action, resource).allowed).map(({ id }) => id);
      const shown = await left(rowFilterOf(policies, asking, action, type));
      expect([...shown].sort()).toEqual(allowed.sort());
      seen.shown += shown.length;
      seen.hidden += resources.length - shown.length;
    }),
    { numRuns: 150 },
  );
  expect(Math.min(seen.shown, seen.hidden)).toBeGreaterThan(100);
}
