import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Adapter } from 'oidc-provider';
import { ACME, createTestClock, GLOBEX, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import { forgetExpiredRecords } from './forget-expired-records.schedule.js';
import { createRecordAdapter } from './record-adapter.js';

describe('what the protocol keeps', () => {
  const clock = createTestClock();
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
  });
  afterAll(() => runtime.stop());

  const adapterOf = (model: string, tenant = ACME): Adapter => {
    const { database, secretBox } = runtime;
    return createRecordAdapter(model, tenant, { tenants: database.tenants, secretBox, clock });
  };
  const rows = () => runtime.database.platform.db.oidcRecord.findMany();

  test('is found by its own tenant only', async () => {
    await adapterOf('RefreshToken').upsert('token-1', { grantId: 'grant-1', accountId: 'somebody' }, 60);
    await expect(adapterOf('RefreshToken').find('token-1')).resolves.toMatchObject({ accountId: 'somebody' });
    await expect(adapterOf('RefreshToken', GLOBEX).find('token-1')).resolves.toBeUndefined();
    await expect(adapterOf('AccessToken').find('token-1')).resolves.toBeUndefined();
  });

  test('can be read by nobody who reads the table', async () => {
    await adapterOf('AuthorizationCode').upsert('a-code', { grantId: 'grant-2', uid: 'a-uid', accountId: 'somebody' }, 60);
    const text = JSON.stringify(await rows());
    for (const secret of ['a-code', 'grant-2', 'a-uid', 'somebody']) expect(text).not.toContain(secret);
  });

  test('is used once, and takes its grant along when it is used again', async () => {
    const [codes, grants] = [adapterOf('AuthorizationCode'), adapterOf('Grant')];
    await grants.upsert('grant-3', { accountId: 'somebody' }, 60);
    await codes.upsert('code-3', { grantId: 'grant-3' }, 60);
    await codes.consume('code-3');
    await expect(codes.find('code-3')).resolves.toMatchObject({ consumed: expect.any(Number) });
    await expect(codes.consume('code-3')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(grants.find('grant-3')).resolves.toBeUndefined();
  });

  test('takes a proof once', async () => {
    await adapterOf('ReplayDetection').upsert('proof', { iss: 'a client' }, 60);
    await expect(adapterOf('ReplayDetection').upsert('proof', { iss: 'a client' }, 60)).rejects.toMatchObject({
      error: 'invalid_request',
    });
  });

  test('is forgotten when its time is over', async () => {
    await adapterOf('Interaction').upsert('short', { uid: 'short' }, 60);
    await adapterOf('Interaction').upsert('long', { uid: 'long' }, 3_600);
    clock.advance(61_000);
    await expect(adapterOf('Interaction').find('short')).resolves.toBeUndefined();
    const { logger } = runtime;
    const before = (await rows()).length;
    await forgetExpiredRecords(runtime.database.platform).run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock, logger }));
    expect((await rows()).length).toBeLessThan(before);
    await expect(adapterOf('Interaction').findByUid('long')).resolves.toMatchObject({ uid: 'long' });
  });
});
