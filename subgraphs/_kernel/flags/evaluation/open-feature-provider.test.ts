import { afterAll, expect, test } from '@jest/globals';
import { OpenFeature } from '@openfeature/server-sdk';
import { createFlagSet } from './flag-set.js';
import { plainFlag } from './known-flags.js';
import { createOpenFeatureProvider } from './open-feature-provider.js';

afterAll(() => OpenFeature.close());

const TENANT = '0190aaaa-0000-7000-8000-00000000000a';

test('OpenFeature asks the platform for flags of every type, and what it says of the company does not count', async () => {
  const set = createFlagSet();
  const flag = { description: '', defaultValue: false, type: 'BOOLEAN' } as const;
  const half = { id: 'half', constraints: [], percentage: 50, stickiness: 'default', group: 'half', value: true, from: null, until: null };
  set.replace([
    plainFlag({ ...flag, key: 'own', overrides: { [TENANT]: { value: true, until: null } } }),
    plainFlag({ ...flag, key: 'other', overrides: { elsewhere: { value: true, until: null } } }),
    plainFlag({ ...flag, key: 'half', rules: [half] }),
    plainFlag({ ...flag, key: 'word', type: 'STRING', defaultValue: 'V2' }),
    plainFlag({ ...flag, key: 'limit', type: 'NUMBER', defaultValue: 7 }),
    plainFlag({ ...flag, key: 'lists', type: 'JSON', defaultValue: { allow: ['a'] } }),
  ]);
  await OpenFeature.setProviderAndWait(createOpenFeatureProvider(set, () => ({ tenantId: TENANT, plan: 'STARTER', now: new Date() })));
  const client = OpenFeature.getClient();
  expect(await client.getBooleanDetails('own', false)).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
  expect(await client.getBooleanValue('other', false, { tenantId: 'elsewhere' })).toBe(false);
  expect(await client.getStringDetails('word', 'V1')).toMatchObject({ value: 'V2', reason: 'DEFAULT' });
  expect(await client.getNumberValue('limit', 0)).toBe(7);
  expect(await client.getObjectValue('lists', {})).toEqual({ allow: ['a'] });
  const within = await Promise.all(
    Array.from({ length: 200 }, (_, at) => client.getBooleanDetails('half', false, { targetingKey: `u${at}` })),
  );
  expect(within.filter(({ reason }) => reason === 'SPLIT').length).toBeGreaterThan(60);
  expect(await client.getBooleanDetails('nothing', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
  expect(await client.getBooleanDetails('word', true)).toMatchObject({ value: true, errorCode: 'TYPE_MISMATCH' });
});
