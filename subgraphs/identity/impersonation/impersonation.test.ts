import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { principalOfClaims } from '../../../gateway/stages/authentication/principal-of-claims.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformPermission } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

const REASON = 'Ticket 4711: cannot see her bookings';

let t: TestIdentity;
let people = 0;

beforeAll(async () => {
  t = await startTestIdentity();
});
afterAll(() => t.stop());

const impersonations = () => t.subgraph.services.impersonations;

async function person(): Promise<string> {
  people += 1;
  const email = `helped-${people}@acme.example`;
  const visitor = contextFor(ACME, { kind: 'anonymous' }, t.clock);
  await t.subgraph.services.registration.register(visitor, { email, password: 'Spine-demo-1!', displayName: 'H' });
  const { userId } = await t.subgraph.services.sessions.login(visitor, { email, password: 'Spine-demo-1!' });
  return userId;
}

const ADMIN = uuidv7();
function support(
  tenant: TenantIdentity = ACME,
  permissions: readonly PlatformPermission[] = ['platform:users:impersonate'],
  provedAt = t.clock.now(),
): RequestContext {
  const assurance = { level: 'aal2', at: Math.floor(provedAt.getTime() / 1_000) } as const;
  return contextFor(tenant, { kind: 'platform', adminId: ADMIN, sessionId: uuidv7(), roles: ['SUPPORT'], permissions, assurance }, t.clock);
}

/** A request with the token, as the gateway understands it. */
async function asHer(userId: string): Promise<RequestContext> {
  const { access } = await impersonations().begin(support(), userId, REASON);
  return contextFor(ACME, principalOfClaims(decodeJwt(access.token), 'tenant'), t.clock);
}

describe('somebody of support', () => {
  test('sees what a member sees, for a quarter of an hour, under both their names', async () => {
    const userId = await person();
    const { access, impersonation } = await impersonations().begin(support(), userId, REASON);
    const claims = decodeJwt(access.token);
    expect(claims).toMatchObject({ sub: userId, tid: ACME.id, act: { sub: ADMIN } });
    expect(principalOfClaims(claims, 'tenant')).toMatchObject({ kind: 'member', userId, impersonatorId: ADMIN });
    expect(impersonation.endsAt.getTime() - impersonation.startedAt.getTime()).toBe(15 * 60_000);
    const { rows } = await t.runtime.pools.platform.query('SELECT 1 FROM identity.refresh_token WHERE session_id = $1', [impersonation.sessionId]);
    expect(rows).toEqual([]);
    const told = await t.runtime.database.tenants
      .of({ tenant: ACME })
      .outboxEvent.findFirst({ where: { type: 'identity.impersonation_changed' }, orderBy: { id: 'desc' } });
    expect(told?.payload).toEqual({ adminId: ADMIN, userId, sessionId: impersonation.sessionId, reason: REASON, change: 'BEGUN' });
  });

  test('can show in whose name, and end it', async () => {
    const context = await asHer(await person());
    expect(await impersonations().current(context)).toMatchObject({ adminId: ADMIN, reason: REASON });
    const { sessionId } = await impersonations().end(context);
    const session = await t.runtime.database.tenants.of({ tenant: ACME }).session.findFirst({ where: { id: sessionId } });
    expect(session?.revokedAt).toBeInstanceOf(Date);
    expect((await t.eventTypes()).slice(-2)).toEqual(['identity.session_ended', 'identity.impersonation_changed']);
  });

  test('does nothing dangerous in her name', async () => {
    const context = await asHer(await person());
    expect(() => requireFreshProof(context)).toThrow('Not in the name of somebody else');
    await expect(t.subgraph.services.secondFactors.enrol(context, 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(t.subgraph.services.passkeys.beginAdding(context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('leaves both names on what is done meanwhile', async () => {
    const context = await asHer(await person());
    await t.subgraph.services.profiles.update(context, { displayName: 'Mended' });
    const told = await t.runtime.database.tenants
      .of({ tenant: ACME })
      .outboxEvent.findFirst({ where: { type: { startsWith: 'identity.' } }, orderBy: { id: 'desc' } });
    expect(told?.headers).toMatchObject({ actorKind: 'member', impersonatorId: ADMIN });
  });

  test.each([
    ['without the permission', () => support(ACME, ['platform:tenants:read']), 'FORBIDDEN'],
    ['long after signing in', () => support(ACME, undefined, new Date(t.clock.now().getTime() - 3_600_000)), 'STEP_UP_REQUIRED'],
    ['at a company where she is no member', () => support(GLOBEX), 'NOT_FOUND'],
  ])('is nobody else %s', async (_how, context, code) => {
    await expect(impersonations().begin(context(), await person(), REASON)).rejects.toMatchObject({ code });
  });

  test('needs a reason, and somebody who is there and may sign in', async () => {
    const userId = await person();
    await expect(impersonations().begin(support(), userId, ' ')).rejects.toMatchObject({ issues: [{ field: 'reason' }] });
    await expect(impersonations().begin(support(), uuidv7(), REASON)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await t.runtime.pools.platform.query(`UPDATE identity.membership SET status = 'BANNED' WHERE user_id = $1`, [userId]);
    await expect(impersonations().begin(support(), userId, REASON)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('whoever acts in her own name has nothing to end', async () => {
  const context = contextFor(ACME, { ...principalOfClaims({ sid: 's', sub: 'u', mid: 'm', tid: 't', roles: [], scope: '' }, 'tenant') }, t.clock);
  expect(await impersonations().current(context)).toBeNull();
  await expect(impersonations().end(context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(() => principalOfClaims({ sid: 's', sub: 'u', mid: 'm', tid: 't', act: 'x' }, 'tenant')).toThrow('claim act');
});
