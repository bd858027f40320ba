import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType, Kind, parse } from 'graphql';
import { ACME, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../request/ids.js';
import type { TenantIdentity } from '../wire/tenant.js';
import type { Asking } from './asking.js';
import { attributesOf, POLICY_ACTIONS, RESOURCE_TYPES } from './catalogue.js';
import { compilePolicy } from './compile-policy.js';
import { PLATFORM_GUARDS } from './platform-guards.js';
import type { CompiledPolicy, PolicyDocument, PolicyResource } from './policy.js';
import { createPolicySet } from './policy-set.js';
import { rowFilterOf } from './row-filter.js';
import { BOOKINGS, holdsOf, policyDocuments, resources, USERS } from './support/random-policies.js';

const NOBODY_ELSE = { roles: [], families: [], users: [] } as const;

const write = (given: Partial<PolicyDocument>): PolicyDocument => ({
  description: 'A rule',
  effect: 'DENY',
  actions: ['booking:update'],
  resources: ['Booking'],
  principals: NOBODY_ELSE,
  conditions: [],
  ...given,
});

const compile = (document: PolicyDocument, id = uuidv7()): CompiledPolicy => {
  const compiled = compilePolicy(id, document, (family) => (family === 'INTERNAL' ? ['STAFF'] : null));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  return compiled.policy;
};

const issuesOf = (document: PolicyDocument): readonly string[] => {
  const compiled = compilePolicy(uuidv7(), document, () => null);
  return compiled.ok ? [] : compiled.issues.map(({ field }) => field);
};

const asking = (of: Partial<Asking> = {}): Asking => ({
  tenant: ACME,
  principal: memberOf(['appointments:read', 'appointments:update'], { userId: USERS[0] ?? '' }),
  now: new Date('2027-01-11T12:00:00Z'),
  ip: '203.0.113.7',
  ...of,
});

const booking = (attributes: PolicyResource['attributes'] = {}, tenant: TenantIdentity = ACME): PolicyResource => ({
  type: 'Booking',
  id: uuidv7(),
  tenantId: tenant.id,
  attributes: { ...BOOKINGS, ...attributes },
});

const othersOnly = write({ conditions: [{ attribute: 'resource.ownerId', operator: 'NOT_EQUALS', otherAttribute: 'user.id' }] });

describe('a policy', () => {
  test('is about types that the graph has', () => {
    const graph = buildSchema(
      ['type Query { x: Int }', ...RESOURCE_TYPES.map((type) => definitionOf(type))].join('\n'),
    );
    for (const type of RESOURCE_TYPES) expect(isObjectType(graph.getType(type))).toBe(true);
  });

  test('knows of an attribute that the graph has by that name exactly the values that the graph has for it', () => {
    let compared = 0;
    for (const type of RESOURCE_TYPES) {
      for (const [name, { type: attribute }] of Object.entries(attributesOf('resource', type))) {
        const values = attribute.kind === 'text' ? valuesOfField(type, name) : null;
        if (values === null || attribute.kind !== 'text') continue;
        expect({ type, name, values: [...(attribute.values ?? [])].sort() }).toEqual({ type, name, values });
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(4);
  });

  test.each([
    [write({ actions: ['booking:destroy'] }), 'actions.0'],
    [write({ actions: ['client:readContact'] }), 'actions.0'],
    [write({ resources: ['Booking', 'Secret'] }), 'resources.1'],
    [write({ principals: { ...NOBODY_ELSE, families: ['NONE'] } }), 'principals.families.0'],
    [write({ principals: { ...NOBODY_ELSE, users: ['ana'] } }), 'principals.users.0'],
    [write({ conditions: [{ attribute: 'resource.colour', operator: 'EQUALS', value: 'red' }] }), 'conditions.0.attribute'],
    [write({ conditions: [{ attribute: 'tenant.id', operator: 'EQUALS', value: 'x' }] }), 'conditions.0.attribute'],
    [write({ conditions: [{ attribute: 'resource.status', operator: 'LESS_THAN', value: 'X' }] }), 'conditions.0.operator'],
    [write({ conditions: [{ attribute: 'resource.status', operator: 'EQUALS', value: 'GONE' }] }), 'conditions.0.value'],
    [write({ conditions: [{ attribute: 'resource.priceAmount', operator: 'EQUALS', value: 1.5 }] }), 'conditions.0.value'],
    [write({ conditions: [{ attribute: 'resource.startsAt', operator: 'AT_LEAST', value: 'soon' }] }), 'conditions.0.value'],
    [write({ conditions: [{ attribute: 'resource.status', operator: 'IN', value: [] }] }), 'conditions.0.value'],
    [write({ conditions: [{ attribute: 'resource.status', operator: 'EQUALS' }] }), 'conditions.0.value'],
    [write({ conditions: [{ attribute: 'resource.providerId', operator: 'EQUALS', otherAttribute: 'user.id' }] }), 'conditions.0.otherAttribute'],
    [write({ conditions: [{ attribute: 'resource.ownerId', operator: 'EQUALS', otherAttribute: 'resource.clientId' }] }), 'conditions.0.otherAttribute'],
  ])('that does not fit the types is refused by the name of the field: %#', (document, field) => {
    expect(issuesOf(document)).toEqual([field]);
  });

  test('that denies wins over one that allows and over roles', () => {
    const allow = compile(write({ effect: 'ALLOW' }));
    const deny = compile(othersOnly);
    const set = createPolicySet('test', [allow, deny]);
    expect(set.decide(asking(), 'booking:update', booking({ ownerId: USERS[1] ?? '' }))).toMatchObject({
      allowed: false,
      layer: 'DENY_POLICY',
      decidedBy: [deny.id],
    });
    expect(set.decide(asking(), 'booking:update', booking({ ownerId: USERS[0] ?? '' })).allowed).toBe(true);
  });

  test('that allows gives what roles do not, and says so', () => {
    const allow = compile(write({ effect: 'ALLOW', principals: { ...NOBODY_ELSE, families: ['INTERNAL'] } }));
    const set = createPolicySet('test', [allow]);
    const decide = (roles: readonly string[]) =>
      set.decide(asking({ principal: memberOf([], { roles }) }), 'booking:update', booking());
    expect(decide(['STAFF'])).toMatchObject({ allowed: true, layer: 'ALLOW_POLICY', decidedBy: [allow.id] });
    expect(decide(['USER'])).toMatchObject({ allowed: false, layer: 'NOTHING', decidedBy: [] });
  });

  test('that allows everything lifts no guard of the platform', () => {
    const all = compile(write({ effect: 'ALLOW', actions: ['booking:*'] }));
    const set = createPolicySet('test', [all]);
    const denied = [
      set.decide(asking(), 'booking:read', booking({}, GLOBEX)),
      set.decide(asking({ tenant: { ...ACME, status: 'SUSPENDED' } }), 'booking:read', booking()),
      set.decide(asking({ principal: { kind: 'anonymous' } }), 'booking:read', booking()),
      set.decide(asking({ principal: { kind: 'platform', adminId: uuidv7(), sessionId: uuidv7(), roles: ['SUPER_ADMIN'], permissions: [], assurance: { level: 'aal2', at: 0 } } }), 'booking:read', booking()),
    ];
    expect(denied.map(({ layer }) => layer)).toEqual(Array(denied.length).fill('PLATFORM_GUARD'));
    expect(PLATFORM_GUARDS).toHaveLength(3);
    expect(POLICY_ACTIONS.filter((action) => action.startsWith('platform'))).toEqual([]);
  });

  test('that fails denies, also where it would have been one that denies', () => {
    const failing = {
      ...compile(othersOnly),
      cedar: 'forbid (principal, action, resource) when { resource.colour == "red" };',
    };
    const decision = createPolicySet('test', [failing]).decide(asking(), 'booking:update', booking());
    expect(decision).toMatchObject({ allowed: false, layer: 'ERROR', decidedBy: [failing.id] });
    expect(decision.errors[0]).toMatch(/colour/);
  });

  test('is never asked in the place of another company’s, although Cedar holds both under one name', () => {
    const ours = createPolicySet('shared', [compile(write({}))]);
    const theirs = createPolicySet('shared', [compile(write({ effect: 'ALLOW' }))]);
    const them = asking({ tenant: GLOBEX });
    for (let turn = 0; turn < 3; turn += 1) {
      expect(ours.decide(asking(), 'booking:update', booking()).allowed).toBe(false);
      expect(theirs.decide(them, 'booking:update', booking({}, GLOBEX)).allowed).toBe(true);
    }
  });

  test('is a condition on rows that agrees with single decisions: 10,000 random requests', () => {
    let asked = 0;
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.array(policyDocuments, { maxLength: 5 }),
        fc.array(resources, { minLength: 20, maxLength: 20 }),
        fc.constantFrom(...USERS),
        fc.subarray(['STAFF', 'USER', 'VIEWER']),
        fc.boolean(),
        fc.constantFrom('booking:read', 'booking:cancel', 'booking:update'),
        (documents, rows, userId, roles, reads, action) => {
          const policies = documents.map((document) => compile(document));
          const who = asking({ principal: memberOf(reads ? ['appointments:read', 'appointments:update'] : [], { userId, roles }) });
          const set = createPolicySet('random', policies);
          const filter = rowFilterOf(policies, who, action, 'Booking');
          for (const row of rows) {
            const decision = set.decide(who, action, row);
            expect({ row: row.attributes, allowed: holdsOf(filter, row.attributes) }).toEqual({
              row: row.attributes,
              allowed: decision.allowed,
            });
            expect(decision.errors).toEqual([]);
            asked += 1;
            if (decision.allowed) allowed += 1;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(asked).toBeGreaterThanOrEqual(10_000);
    // Neither side says the same of everything.
    expect(allowed).toBeGreaterThan(asked / 20);
    expect(allowed).toBeLessThan((asked * 19) / 20);
  });
});

const supergraph = parse(readFileSync('schema/supergraph.graphql', 'utf8'), { noLocation: true });

/** The values of the enum that a field of the committed supergraph is of, in order; null for a field that is of none. */
function valuesOfField(type: string, field: string): readonly string[] | null {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== type) continue;
    const found = definition.fields?.find(({ name }) => name.value === field)?.type;
    const named = found?.kind === Kind.NON_NULL_TYPE ? found.type : found;
    const values = supergraph.definitions.find(
      (one) => one.kind === Kind.ENUM_TYPE_DEFINITION && named?.kind === Kind.NAMED_TYPE && one.name.value === named.name.value,
    );
    return values?.kind === Kind.ENUM_TYPE_DEFINITION ? (values.values ?? []).map(({ name }) => name.value).sort() : null;
  }
  return null;
}

/** The definition of a type in the committed supergraph, without its directives. */
function definitionOf(type: string): string {
  const found = supergraph.definitions.some(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === type,
  );
  return found ? `type ${type} { id: ID }` : '';
}
