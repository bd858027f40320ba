import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { MEMBER_ACTIVITY_PATH } from '../../_kernel/wire/member-activity.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';

const GATEWAY: Principal = { kind: 'system', name: 'gateway' };

describe('when a member was last at work', () => {
  let t: TestIdentity;
  let userId: string;

  const tell = (body: unknown, principal: Principal = GATEWAY) =>
    t.host.forward(
      { method: 'POST', path: MEMBER_ACTIVITY_PATH, search: '', headers: {}, body: Buffer.from(JSON.stringify(body)) },
      { tenant: PLATFORM_TENANT, principal, origin: contextFor(ACME).origin },
    );
  const shown = async () => {
    const { data } = await t.graphql('{ members(first: 1) { edges { node { lastActivityAt } } } }', { as: memberOf(['users:manage']) });
    return data?.['members'];
  };

  beforeAll(async () => {
    t = await startTestIdentity();
    const person = { email: 'her@acme.example', password: 'Spine-demo-1!', displayName: 'Her' };
    await t.subgraph.services.registration.register(contextFor(ACME, undefined, t.clock), person);
    ({ userId } = await t.subgraph.services.sessions.login(contextFor(ACME), person));
  });
  afterAll(() => t.stop());

  it('is shown to whoever looks after members, and never goes back', async () => {
    expect(await shown()).toEqual({ edges: [{ node: { lastActivityAt: null } }] });
    const at = (lastActiveAt: string, tenantId = ACME.id) => tell([{ tenantId, userId, lastActiveAt }]);
    expect(await at('2027-05-02T10:00:05.000Z')).toMatchObject({ status: 202 });
    await at('2027-05-02T10:00:00.000Z');
    await at('2027-05-03T10:00:00.000Z', GLOBEX.id);
    expect(await shown()).toEqual({ edges: [{ node: { lastActivityAt: '2027-05-02T10:00:05.000Z' } }] });
  });

  it('is taken from the platform alone, and only in the form it is told in', async () => {
    expect(await tell([], ANONYMOUS)).toMatchObject({ status: 403 });
    expect(await tell([], memberOf())).toMatchObject({ status: 403 });
    expect(await tell([{ userId }])).toMatchObject({ status: 400 });
  });
});
