import { describe, expect, test } from '@jest/globals';
import { PLATFORM_TENANT } from '../../../subgraphs/_kernel/wire/tenant.js';
import type { IncomingRequest } from '../../request.js';
import { ACME, createSampleEndpoints, GLOBEX } from '../../support/sample-endpoints.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { memberToken, platformToken } from '../../support/sample-tokens.js';
import { hostName, meaningOfHost } from './host.js';
import { createTenantDirectory } from './tenant-directory.js';
import { createTenantStage } from './tenant.js';

const setUp = (sample = createSampleEndpoints()) => {
  const directory = createTenantDirectory(sample.endpoints.tenancy, createRecordingLogger().logger);
  return { ...sample, directory, resolve: createTenantStage(directory, { find: async () => null }, 'spine.test') };
};

const request = (given: Partial<IncomingRequest>): IncomingRequest => ({
  requestId: 'request-1',
  ip: null,
  userAgent: null,
  host: 'spine.test',
  authorization: null,
  tenantHint: null,
  ...given,
});

describe('what a host says', () => {
  test.each([
    ['spine.test', 'bare'],
    ['127.0.0.1', 'bare'],
    ['::1', 'bare'],
    ['localhost', 'bare'],
    ['acme.spine.test', 'subdomain'],
    ['a.b.spine.test', 'unknown-subdomain'],
    ['-acme.spine.test', 'unknown-subdomain'],
    ['evilspine.test', 'custom-domain'],
    ['book.acme.example', 'custom-domain'],
  ])('%s is %s', (host, kind) => {
    expect(meaningOfHost(host, 'spine.test').kind).toBe(kind);
  });

  test('is read without port, brackets, trailing dot and case', () => {
    expect(hostName('ACME.Spine.Test.:4000')).toBe('acme.spine.test.'.slice(0, -1));
    expect(hostName('[::1]:4000')).toBe('::1');
  });
});

describe('the tenant stage', () => {
  test('finds the tenant of a subdomain and of a custom domain', async () => {
    const { resolve } = setUp();
    expect((await resolve(request({ host: 'acme.spine.test' }))).tenant.slug).toBe('acme');
    expect((await resolve(request({ host: 'book.acme.example' }))).tenant.slug).toBe('acme');
  });

  test('names the domain that a company was found by, and no other address', async () => {
    const { resolve } = setUp();
    expect((await resolve(request({ host: 'book.acme.example' }))).ownDomain).toBe('book.acme.example');
    expect((await resolve(request({ host: 'acme.spine.test' }))).ownDomain).toBeUndefined();
    expect((await resolve(request({ tenantHint: 'acme' }))).ownDomain).toBeUndefined();
  });

  test('answers an unknown subdomain and an unproved domain as not found', async () => {
    const { resolve } = setUp();
    await expect(resolve(request({ host: 'nobody.spine.test' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(resolve(request({ host: 'evil.example' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('takes the tenant of the token, then of the hint, then none, on the bare host', async () => {
    const { resolve } = setUp();
    const authorization = `Bearer ${await memberToken(GLOBEX, [])}`;
    expect((await resolve(request({ authorization }))).tenant.slug).toBe('globex');
    expect((await resolve(request({ tenantHint: 'acme' }))).tenant.slug).toBe('acme');
    expect((await resolve(request({ tenantHint: ACME.id }))).tenant.slug).toBe('acme');
    expect((await resolve(request({}))).tenant).toEqual(PLATFORM_TENANT);
  });

  test('refuses a hint that disagrees with the host or the token', async () => {
    const { resolve } = setUp();
    const mismatch = { code: 'TENANT_MISMATCH' };
    await expect(resolve(request({ host: 'acme.spine.test', tenantHint: 'globex' }))).rejects.toMatchObject(mismatch);
    const authorization = `Bearer ${await memberToken(GLOBEX, [])}`;
    await expect(resolve(request({ authorization, tenantHint: 'acme' }))).rejects.toMatchObject(mismatch);
  });

  test('refuses a suspended tenant to everyone but staff of the platform', async () => {
    const { resolve } = setUp();
    const suspended = { code: 'TENANT_SUSPENDED' };
    await expect(resolve(request({ host: 'idle.spine.test' }))).rejects.toMatchObject(suspended);
    const authorization = `Bearer ${await platformToken([])}`;
    expect((await resolve(request({ host: 'idle.spine.test', authorization }))).tenant.slug).toBe('idle');
  });

  test('asks tenancy once for many requests at the same time, and not again soon', async () => {
    const { resolve, routes } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => resolve(request({ host: 'acme.spine.test' }))));
    await resolve(request({ host: 'acme.spine.test' }));
    expect(routes).toHaveLength(1);
    expect(routes[0]?.envelope.principal).toEqual({ kind: 'system', name: 'gateway' });
  });

  test('says that it cannot look when tenancy cannot be reached, and remembers nothing of it', async () => {
    let reachable = false;
    const working = createSampleEndpoints();
    const { resolve } = setUp(
      createSampleEndpoints({
        tenancy: {
          forward: async (asked, envelope) => {
            if (!reachable) throw new Error('ECONNREFUSED');
            return working.endpoints.tenancy.forward(asked, envelope);
          },
        },
      }),
    );
    await expect(resolve(request({ host: 'acme.spine.test' }))).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    reachable = true;
    expect((await resolve(request({ host: 'acme.spine.test' }))).tenant.slug).toBe('acme');
  });
});
