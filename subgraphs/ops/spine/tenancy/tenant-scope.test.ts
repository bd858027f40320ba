import { describe, expect, test } from '@jest/globals';
import {
  requireTenantScope,
  TenantLeakError,
  TenantScope,
  TenantScopeRequiredError,
} from './tenant-scope.js';

const rows = [
  { tenantId: 'a', name: 'one' },
  { tenantId: 'b', name: 'two' },
  { tenantId: 'a', name: 'three' },
];
const readOwn = async (tenantId: string) => rows.filter((row) => row.tenantId === tenantId);

describe('a tenant scope', () => {
  test('gives the rows of its own tenant', async () => {
    expect(await new TenantScope('a').query(readOwn)).toEqual([rows[0], rows[2]]);
    expect(new TenantScope('b').run((tenantId) => `tenant ${tenantId}`)).toBe('tenant b');
  });

  test('gives nothing at all when a source forgets to ask for the tenant', async () => {
    await expect(new TenantScope('a').query(async () => rows)).rejects.toThrow(TenantLeakError);
  });

  test.each([undefined, null, '', '  ', 7])('does not exist for %p', (tenantId) => {
    expect(() => new TenantScope(tenantId as string)).toThrow(TenantScopeRequiredError);
  });

  test('is required where work needs one', () => {
    const scope = new TenantScope('a');
    expect(requireTenantScope(scope)).toBe(scope);
    expect(() => requireTenantScope(undefined)).toThrow(TenantScopeRequiredError);
    expect(() => requireTenantScope({ tenantId: 'a' } as TenantScope)).toThrow(TenantScopeRequiredError);
  });

  test('cannot be moved to another tenant', () => {
    const scope = new TenantScope('a');
    expect(() => Object.assign(scope, { tenantId: 'b' })).toThrow(TypeError);
  });
});
