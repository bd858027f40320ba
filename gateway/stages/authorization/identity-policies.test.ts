import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TENANT_PERMISSIONS } from '../../../subgraphs/_kernel/wire/permissions.js';
import { POLICY_DECISION_PATH } from '../../../subgraphs/_kernel/wire/policy-decision.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { createIdentityPolicies } from './identity-policies.js';
import type { Asker, PolicyRegistry } from './policies.js';

let identity: TestIdentity;
let policies: PolicyRegistry;
const logger = contextFor(ACME).logger;
const CONTACT = 'client:readContact';

beforeAll(async () => {
  identity = await startTestIdentity();
  policies = createIdentityPolicies(identity.host, logger);
});
afterAll(() => identity.stop());

const asker = (of: Partial<Asker> = {}): Asker => ({ tenant: ACME, principal: memberOf(['patients:read']), requestId: 'r-1', ...of });

test('a policy that a field names is decided by what the company has written, for whom and from where it is asked', async () => {
  expect(await policies.allows(CONTACT, asker())).toBe(true);
  await identity.subgraph.services.policies.create(
    contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), identity.clock),
    {
      description: 'Contacts are for the office',
      effect: 'DENY',
      actions: [CONTACT],
      resources: ['Client'],
      principals: { roles: ['STAFF'] },
      conditions: [{ attribute: 'context.ip', operator: 'NOT_EQUALS', value: '203.0.113.7' }],
    },
  );
  await eventually(async () => !(await policies.allows(CONTACT, asker({ ip: '198.51.100.1' }))));
  expect(await policies.allows(CONTACT, asker({ ip: '203.0.113.7' }))).toBe(true);
  expect(await policies.allows(CONTACT, asker({ principal: memberOf(['patients:read'], { roles: ['VIEWER'] }) }))).toBe(true);
  expect(await policies.allows(CONTACT, asker({ tenant: GLOBEX, ip: '198.51.100.1' }))).toBe(true);
});

test('what is decided for the gateway is written down, too', async () => {
  const principal = memberOf([], { roles: ['STAFF'] });
  await eventually(async () => !(await policies.allows(CONTACT, asker({ principal, ip: '198.51.100.2' }))));
  await identity.runtime.accessLog.written();
  const rows = await identity.runtime.database.tenants
    .of({ tenant: ACME })
    .accessDecision.findMany({ where: { actorId: 'userId' in principal ? principal.userId : '', allowed: false } });
  expect(rows).not.toEqual([]);
  for (const row of rows) expect(row).toMatchObject({ action: CONTACT, requestId: 'r-1', layer: 'DENY_POLICY' });
});

test('what nobody knows, what nobody of the company asks, and what cannot be asked is denied', async () => {
  expect(await policies.allows('client:everything', asker())).toBe(false);
  expect(await policies.allows(CONTACT, asker({ principal: { kind: 'anonymous' } }))).toBe(false);
  expect(await policies.allows(CONTACT, asker({ principal: { kind: 'system', name: 'gateway' } }))).toBe(false);
  expect(await policies.allows(CONTACT, asker({ tenant: { ...GLOBEX, status: 'SUSPENDED' } }))).toBe(false);
  const away = { ...identity.host, forward: () => Promise.reject(new Error('out of reach')) } satisfies SubgraphEndpoint;
  expect(await createIdentityPolicies(away, logger).allows(CONTACT, asker())).toBe(false);
  const garbled = { ...identity.host, forward: () => Promise.resolve({ status: 200, headers: {}, body: 'yes' }) };
  expect(await createIdentityPolicies(garbled as SubgraphEndpoint, logger).allows(CONTACT, asker())).toBe(false);
});

test('nobody but the platform may ask in the name of others', async () => {
  const { origin } = contextFor(ACME);
  const body = Buffer.from(JSON.stringify({ action: CONTACT, asker: { ...asker(), origin } }));
  const request = { method: 'POST', path: POLICY_DECISION_PATH, search: '', headers: {}, body };
  const member = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });
  expect(await identity.host.forward(request, { tenant: ACME, principal: member, origin })).toMatchObject({ status: 403 });
});
