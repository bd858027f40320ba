import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, GLOBEX } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

describe('a role that a workflow grants', () => {
  let t: TestIdentity;
  const userId = uuidv7();

  beforeAll(async () => {
    t = await startTestIdentity();
    const { platform } = t.runtime.database;
    await platform.db.user.create({ data: { id: userId, email: 'petra@acme.example', displayName: 'Petra' } });
    await platform.db.membership.create({ data: { tenantId: ACME.id, id: uuidv7(), userId, roles: ['VIEWER'] } });
  });
  afterAll(() => t.stop());

  const asks = async (role: string, of = userId, tenant: TenantIdentity = ACME): Promise<void> => {
    await t.tell('tenancy.role_grant_requested' as never, { userId: of, role, because: uuidv7() } as never, { tenant });
    await t.settle(tenant);
  };
  const rolesOf = async (): Promise<readonly string[]> =>
    (await t.runtime.database.platform.db.membership.findMany({ where: { userId } })).flatMap(({ roles }) => roles);

  test('stands beside those she has, once', async () => {
    await asks('PRACTITIONER');
    await asks('PRACTITIONER');
    expect(await rolesOf()).toEqual(['VIEWER', 'PRACTITIONER']);
    expect((await t.eventTypes()).filter((type) => type === 'identity.membership_changed')).toHaveLength(1);
  });

  test('is never one that hands out more, nor given to whoever is no member there', async () => {
    await asks('OWNER');
    await asks('ADMIN');
    await asks('STAFF', userId, GLOBEX);
    await asks('STAFF', uuidv7());
    expect(await rolesOf()).toEqual(['VIEWER', 'PRACTITIONER']);
    expect(await t.deadLetters(ACME)).toEqual([]);
  });
});
