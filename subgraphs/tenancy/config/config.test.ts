import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';

const READ = 'query($key: String!) { tenantConfig(key: $key) { key value isDefault } }';
const LIST = 'query($prefix: String) { tenantConfigs(prefix: $prefix) { key isDefault } }';
const UPDATE = `mutation($patch: JSON!) { updateTenantConfig(patch: $patch) {
  __typename ... on TenantConfigs { entries { key value isDefault } } ... on ValidationError { issues { field message } } } }`;

describe('what is set for programs', () => {
  let t: TestTenancy;
  let acme: TenantIdentity;
  let globex: TenantIdentity;

  beforeAll(async () => {
    t = await startTestTenancy();
    [acme, globex] = [await t.company('acme-config'), await t.company('globex-config')];
  });
  afterAll(() => t.stop());

  const owner = (tenant: TenantIdentity): Principal => t.ownerContext(tenant).principal;
  const asked = async (source: string, tenant: TenantIdentity, variables: object, as = owner(tenant)) =>
    (await t.graphql(source, { as, tenant, variables: { ...variables } })).data;
  const read = async (tenant: TenantIdentity, key: string, as?: Principal) => (await asked(READ, tenant, { key }, as))?.['tenantConfig'];
  const update = async (tenant: TenantIdentity, patch: unknown, as?: Principal) =>
    (await asked(UPDATE, tenant, { patch }, as))?.['updateTenantConfig'] as Record<string, unknown>;
  const asStaff = () => t.staff();

  it('is what the company says, else what the platform says, else nothing', async () => {
    expect(await read(acme, 'reminder.hours')).toBeNull();
    await update(PLATFORM_TENANT, { 'reminder.hours': [24], 'reminder.words': 'See you' }, asStaff());
    expect(await read(acme, 'reminder.hours')).toEqual({ key: 'reminder.hours', value: [24], isDefault: true });
    expect(await update(acme, { 'reminder.hours': [48, 2] })).toMatchObject({
      entries: [{ key: 'reminder.hours', value: [48, 2], isDefault: false }],
    });
    expect(await read(acme, 'reminder.hours')).toMatchObject({ value: [48, 2], isDefault: false });
    expect(await read(globex, 'reminder.hours')).toMatchObject({ value: [24], isDefault: true });
    expect(await update(acme, { 'reminder.hours': null })).toMatchObject({ entries: [{ value: [24], isDefault: true }] });
    expect((await t.events(acme, 'tenancy.config_changed')).at(-1)).toEqual({ keys: ['reminder.hours'] });
  });

  it('is listed by key, also what is below a word only', async () => {
    await update(PLATFORM_TENANT, { 'listed.a': 1 }, asStaff());
    await update(globex, { 'listed.b': { deep: true }, listed: false, 'listed-other': 0 });
    expect((await asked(LIST, globex, { prefix: 'listed' }))?.['tenantConfigs']).toEqual([
      { key: 'listed.a', isDefault: true },
      { key: 'listed.b', isDefault: false },
    ]);
    expect((await asked(LIST, globex, { prefix: '%' }))?.['tenantConfigs']).toEqual([]);
  });

  it('is changed by nobody who may not, and the platform’s by nobody of a company', async () => {
    const refused = { __typename: 'ForbiddenError' };
    expect(await update(acme, { a: 1 }, memberOf(['settings:read']))).toMatchObject(refused);
    expect(await update(PLATFORM_TENANT, { a: 1 }, owner(acme))).toMatchObject(refused);
    expect(await update(acme, { a: 1 }, asStaff())).toMatchObject(refused);
    expect(await read(acme, 'a')).toBeNull();
    expect(await read(acme, 'reminder.words', memberOf([]))).toBeNull();
  });

  it.each<[unknown, string]>([
    [[], 'patch'],
    ['text', 'patch'],
    [{}, 'patch'],
    [{ Upper: 1 }, 'patch.Upper'],
    [{ 'a..b': 1 }, 'patch.a..b'],
    [{ ['x'.repeat(101)]: 1 }, `patch.${'x'.repeat(100)}`],
    [{ long: 'x'.repeat(9_000) }, 'patch.long'],
    [{ zero: 'a\u0000b' }, 'patch.zero'],
    [Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, at])), 'patch'],
  ])('is not %p', async (patch, field) => {
    expect(await update(acme, patch)).toEqual({ __typename: 'ValidationError', issues: [{ field, message: expect.any(String) }] });
  });

  it('is two hundred things at most', async () => {
    const fifty = (from: number) => Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`many.k${from + at}`, at]));
    const tenant = await t.company('many-config');
    for (const from of [0, 50, 100, 150]) expect(await update(tenant, fifty(from))).toMatchObject({ __typename: 'TenantConfigs' });
    expect(await update(tenant, { one: 1 })).toMatchObject({ issues: [{ field: 'patch' }] });
    expect(await update(tenant, { one: 1, 'many.k0': null })).toMatchObject({ __typename: 'TenantConfigs' });
  });
});
