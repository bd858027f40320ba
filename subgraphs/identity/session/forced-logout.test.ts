import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ACME, contextFor, eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import type { OpsEvents } from '../../ops/events.js';

const PASSWORD = 'Spine-demo-1!';

let t: TestIdentity;
beforeAll(async () => {
  t = await startTestIdentity();
});
afterAll(() => t.stop());

it('signs everybody of the company out, nobody next door, and says so for every session', async () => {
  const { registration, sessions } = t.subgraph.services;
  const signIn = async (tenant: typeof ACME, email: string) => {
    await registration.register(contextFor(tenant), { email, password: PASSWORD, displayName: 'Somebody' });
    return sessions.login(contextFor(tenant), { email, password: PASSWORD });
  };
  const [ann, , guest] = [await signIn(ACME, 'ann@acme.example'), await signIn(ACME, 'bob@acme.example'), await signIn(GLOBEX, 'eve@globex.example')];

  const context = contextFor(ACME, { kind: 'system', name: 't' });
  const outbox = t.runtime.outbox.for<OpsEvents>();
  await t.runtime.database.tenants.transaction(context, (db) =>
    outbox.emit(db, context, 'ops.forced_logout_requested', { incidentId: '0190aaaa-0000-7000-8000-0000000000ff' }),
  );
  const ended = () =>
    t.runtime.pools.platform.query(
      `SELECT tenant_id FROM kernel.outbox_event WHERE type = 'identity.session_ended' AND payload ->> 'reason' = 'FORCED'`,
    );
  await eventually(async () => (await ended()).rowCount === 2);
  await expect(sessions.refresh(contextFor(ACME), ann.refresh.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(sessions.refresh(contextFor(GLOBEX), guest.refresh.token)).resolves.toBeDefined();
  await expect(sessions.login(contextFor(ACME), { email: 'ann@acme.example', password: PASSWORD })).resolves.toBeDefined();
});
