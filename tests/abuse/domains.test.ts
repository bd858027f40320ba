import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDnsDouble, type DnsDouble } from '../../infra/local/doubles/dns/dns-double.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { bearer, knock, tokensOf, type Reply } from './attacker.js';

/** As long as the gateway believes what it knows of a host, and some. */
const BELIEVED_MS = 40_000;

const ADD = `mutation ($input: AddTenantDomainInput!) {
  addTenantDomain(input: $input) {
    ... on TenantDomain { id status ownershipRecord { type name value } routingRecord { type name value } }
    ... on UserError { code message }
  }
}`;
const VERIFY = 'mutation ($id: ID!) { verifyTenantDomain(id: $id) { ... on TenantDomain { status problem } ... on UserError { code } } }';
const REMOVE = 'mutation ($id: ID!) { removeTenantDomain(id: $id) { ... on TenantDomain { id } ... on UserError { code } } }';
const WHO = { query: '{ currentTenant { slug } }' };

interface Expected {
  readonly name: string;
  readonly value: string;
}

interface AddedDomain {
  readonly id: string;
  readonly status: string;
  readonly ownershipRecord: Expected;
  readonly routingRecord: Expected;
}

describe("a company's own domain, from outside", () => {
  let platform: TestPlatform;
  let dns: DnsDouble;
  const tokens: Record<'acme' | 'globex', string> = { acme: '', globex: '' };

  const at = (host: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    knock(platform.url, { headers: { host, ...headers }, body });
  const as = async <Answer>(company: 'acme' | 'globex', query: string, variables: object): Promise<Answer> =>
    Object.values((await at(`${company}.localhost`, { query, variables }, bearer(tokens[company]))).data as object)[0] as Answer;
  const add = (company: 'acme' | 'globex', host: string) => as<AddedDomain>(company, ADD, { input: { host, kind: 'APP' } });
  const slugAt = async (host: string) =>
    ((await at(host, WHO)).data as { currentTenant: { slug: string } | null } | undefined)?.currentTenant?.slug ?? null;
  const setRecords = ({ ownershipRecord, routingRecord }: AddedDomain): void => {
    dns.zone.add({ type: 'TXT', ...ownershipRecord }, { type: 'CNAME', ...routingRecord });
  };
  const mayRead = async (host: string, origin: string): Promise<boolean> => {
    const { headers } = await knock(platform.url, {
      method: 'OPTIONS',
      headers: { host, origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    return headers['access-control-allow-origin'] === origin;
  };

  beforeAll(async () => {
    dns = await startDnsDouble();
    platform = await startTestPlatform({ environment: { DNS_SERVERS: dns.server } });
    tokens.acme = (await tokensOf(platform.url, 'owner@acme.example')).accessToken;
    tokens.globex = (await tokensOf(platform.url, 'owner@globex.example')).accessToken;
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await platform.stop();
    await dns.stop();
  });

  it('leads nowhere before it is proved, and to its company afterwards, whose pages there may read', async () => {
    const host = 'app.acme.example';
    const domain = await add('acme', host);
    expect(domain).toMatchObject({
      status: 'PENDING',
      ownershipRecord: { type: 'TXT', name: `_spine.${host}` },
      routingRecord: { type: 'CNAME', name: host, value: 'acme.localhost' },
    });
    expect(await at(host, WHO)).toMatchObject({ status: 404, codes: ['NOT_FOUND'] });
    expect(await mayRead('acme.localhost', `https://${host}`)).toBe(false);
    expect(await as('acme', VERIFY, { id: domain.id })).toEqual({ status: 'PENDING', problem: 'TXT_MISSING' });

    setRecords(domain);
    await eventually(async () => (await as<{ status?: string }>('acme', VERIFY, { id: domain.id })).status === 'VERIFIED');
    await eventually(async () => (await slugAt(host)) === 'acme');
    expect(await slugAt(`${host.toUpperCase()}:443`)).toBe('acme');
    expect(await mayRead('acme.localhost', `https://${host}`)).toBe(true);
    expect(await mayRead('globex.localhost', `https://${host}`)).toBe(false);
  });

  it("is no way for another company's people to be somewhere else than at home", async () => {
    const { status, codes } = await at('app.acme.example', WHO, bearer(tokens.globex));
    expect({ status, codes }).toEqual({ status: 403, codes: ['TENANT_MISMATCH'] });
  });

  it('cannot be had by saying so: not with another company’s records, nor for an address of the platform', async () => {
    const claimed = await add('globex', 'app.acme.example');
    expect(claimed.status).toBe('PENDING');
    expect(await as('globex', VERIFY, { id: claimed.id })).toMatchObject({ status: 'PENDING', problem: 'TXT_WRONG' });
    expect(await slugAt('app.acme.example')).toBe('acme');
    expect(await as('globex', VERIFY, { id: (await add('acme', 'auth.acme.example')).id })).toEqual({ code: 'NOT_FOUND' });
    for (const host of ['acme.localhost', 'localhost', '*.acme.example', '127.0.0.1']) {
      expect(await add('globex', host)).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  it('leads nowhere once it is given up', async () => {
    const domain = await add('acme', 'leaving.acme.example');
    setRecords(domain);
    await as('acme', VERIFY, { id: domain.id });
    expect(await slugAt('leaving.acme.example')).toBe('acme');
    await as('acme', REMOVE, { id: domain.id });
    await eventually(async () => (await at('leaving.acme.example', WHO)).status === 404, BELIEVED_MS);
  }, BELIEVED_MS + 20_000);
});
