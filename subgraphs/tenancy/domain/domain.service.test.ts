import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDnsDouble, type DnsDouble } from '../../../infra/local/doubles/dns/dns-double.js';
import { contextFor, createTestClock, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../events.js';
import { identityOf } from '../tenant/tenant.js';
import { createDnsReader } from './dns-reader.js';
import { ownershipRecordOf } from './domain.js';
import { createDomainService, type DomainService } from './domain.service.js';
import { findTenantOfHost, type DomainRow } from './domain.store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("a company's own domain", () => {
  const clock = createTestClock();
  let runtime: TestRuntime;
  let dns: DnsDouble;
  let domains: DomainService;
  let acme: TenantIdentity;
  let globex: TenantIdentity;

  const as = (tenant: TenantIdentity): RequestContext =>
    contextFor(tenant, memberOf(['settings:read', 'settings:update']), clock);
  const watch = () =>
    domains.watch(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock, logger: runtime.logger }));
  const resolves = async (host: string) => (await findTenantOfHost(runtime.database.platform.db, host))?.slug ?? null;
  const prove = ({ host, token }: DomainRow): void => {
    const { name, value } = ownershipRecordOf(host, token);
    dns.zone.add({ type: 'TXT', name, value });
  };
  const route = (host: string, slug: string): void => dns.zone.add({ type: 'CNAME', name: host, value: `${slug}.spine.example` });
  const add = (tenant: TenantIdentity, host: string) => domains.add(as(tenant), { host, kind: 'APP' });
  const look = (tenant: TenantIdentity, { id }: DomainRow) => {
    clock.advance(2_000);
    return domains.verify(as(tenant), id);
  };
  /** One that resolves. */
  const owned = async (tenant: TenantIdentity, host: string): Promise<DomainRow> => {
    const domain = await add(tenant, host);
    prove(domain);
    route(host, tenant.slug);
    const seen = await look(tenant, domain);
    expect(seen).toMatchObject({ status: 'VERIFIED', problem: null });
    return seen;
  };

  beforeAll(async () => {
    [runtime, dns] = await Promise.all([startTestRuntime({ clock }), startDnsDouble()]);
    const { tenants, platform } = runtime.database;
    domains = createDomainService({
      tenants,
      platform,
      outbox: runtime.outbox.for<TenancyEvents>(),
      dns: createDnsReader([dns.server], 250),
      baseDomain: 'spine.example',
    });
    const make = async (slug: string): Promise<TenantIdentity> => {
      const common = { name: slug, plan: 'STARTER', timeZone: 'UTC', currency: 'USD' } as const;
      const tenant = await platform.db.tenant.create({ data: { id: uuidv7(), slug, ...common } });
      await platform.db.tenantSettings.create({ data: { tenantId: tenant.id } });
      return identityOf(tenant);
    };
    [acme, globex] = [await make('acme'), await make('globex')];
  });
  afterEach(() => dns.behave());
  afterAll(async () => {
    await dns.stop();
    await runtime.stop();
  });

  it('resolves only once both of its records stand in the DNS', async () => {
    const domain = await add(acme, 'app.acme.example');
    expect(domain).toMatchObject({ status: 'PENDING', host: 'app.acme.example' });
    expect(await look(acme, domain)).toMatchObject({ status: 'PENDING', problem: 'TXT_MISSING' });
    prove(domain);
    expect(await look(acme, domain)).toMatchObject({ status: 'PENDING', problem: 'CNAME_MISSING' });
    expect(await resolves(domain.host)).toBeNull();
    route(domain.host, 'acme');
    expect(await look(acme, domain)).toMatchObject({ status: 'VERIFIED', problem: null });
    expect(await resolves(domain.host)).toBe('acme');
  });

  it('is found by itself, without anybody asking', async () => {
    const domain = await add(acme, 'auth.acme.example');
    await watch();
    prove(domain);
    route(domain.host, 'acme');
    clock.advance(MINUTE);
    await watch();
    expect(await resolves(domain.host)).toBe('acme');
  });

  it('may be reached by a chain of names, and at an apex by the same addresses', async () => {
    dns.zone.add({ type: 'A', name: 'acme.spine.example', value: '192.0.2.10' });
    const chained = await add(acme, 'chain.acme.example');
    prove(chained);
    dns.zone.add({ type: 'CNAME', name: chained.host, value: 'edge.acme.example' });
    dns.zone.add({ type: 'CNAME', name: 'edge.acme.example', value: 'ACME.Spine.Example' });
    expect(await look(acme, chained)).toMatchObject({ status: 'VERIFIED' });

    const apex = await add(acme, 'acme.example');
    prove(apex);
    dns.zone.add({ type: 'A', name: apex.host, value: '192.0.2.66' });
    expect(await look(acme, apex)).toMatchObject({ problem: 'CNAME_MISSING' });
    dns.zone.remove(apex.host);
    dns.zone.add({ type: 'A', name: apex.host, value: '192.0.2.10' });
    expect(await look(acme, apex)).toMatchObject({ status: 'VERIFIED' });
  });

  it('proves nothing by records that say something else, or lead in a circle', async () => {
    const domain = await add(acme, 'wrong.acme.example');
    dns.zone.add({ type: 'TXT', name: '_spine.wrong.acme.example', value: 'spine-verification=somebody-elses' });
    route(domain.host, 'globex');
    expect(await look(acme, domain)).toMatchObject({ problem: 'TXT_WRONG' });
    prove(domain);
    expect(await look(acme, domain)).toMatchObject({ status: 'PENDING', problem: 'CNAME_WRONG' });
    dns.zone.remove(domain.host);
    dns.zone.add({ type: 'CNAME', name: domain.host, value: 'round.acme.example' });
    dns.zone.add({ type: 'CNAME', name: 'round.acme.example', value: domain.host });
    expect(await look(acme, domain)).toMatchObject({ status: 'PENDING', problem: 'CNAME_WRONG' });
  });

  it('stops resolving when its records are gone at three checks, and comes back with them', async () => {
    const domain = await owned(acme, 'gone.acme.example');
    dns.zone.remove('_spine.gone.acme.example');
    clock.advance(HOUR);
    await watch();
    expect(await resolves(domain.host)).toBe('acme');
    for (const wait of [5 * MINUTE, 5 * MINUTE]) {
      clock.advance(wait);
      await watch();
    }
    expect(await resolves(domain.host)).toBeNull();
    const stands = (await domains.list(as(acme))).find(({ id }) => id === domain.id);
    expect(stands).toMatchObject({ status: 'DANGLING', problem: 'TXT_MISSING' });
    prove(domain);
    clock.advance(24 * HOUR);
    await watch();
    expect(await resolves(domain.host)).toBe('acme');
  });

  it.each([{ kind: 'servfail' }, { kind: 'refused' }, { kind: 'silence' }, { kind: 'garbage' }, { kind: 'other question' }] as const)(
    'goes on resolving while its name servers give no answer ($kind)',
    async (how) => {
      const host = `${how.kind.replace(' ', '-')}.acme.example`;
      await owned(acme, host);
      dns.misbehave(host, how);
      for (let turn = 0; turn < 4; turn += 1) {
        clock.advance(HOUR);
        await watch();
      }
      expect(await resolves(host)).toBe('acme');
    },
    30_000,
  );

  it('is read over TCP where the answer does not fit into a datagram', async () => {
    const domain = await add(acme, 'long.acme.example');
    prove(domain);
    for (let n = 0; n < 10; n += 1) {
      dns.zone.add({ type: 'TXT', name: '_spine.long.acme.example', value: `${n}`.repeat(300) });
    }
    route(domain.host, 'acme');
    expect(await look(acme, domain)).toMatchObject({ status: 'VERIFIED' });
    expect(dns.asked.some(({ name, over }) => name === '_spine.long.acme.example' && over === 'tcp')).toBe(true);
  });

  it('is the one of two companies that proves it, and goes over only when the first proves it no more', async () => {
    const host = 'shared.example';
    const squatter = await add(globex, host);
    const domain = await owned(acme, host);
    expect(await look(globex, squatter)).toMatchObject({ status: 'PENDING', problem: 'TXT_WRONG' });

    // Both tokens stand there: whoever was first keeps it. The route is made to fit the newcomer.
    prove(squatter);
    dns.zone.remove(host);
    route(host, 'globex');
    expect(await look(globex, squatter)).toMatchObject({ status: 'PENDING', problem: 'HELD_BY_ANOTHER' });
    expect(await resolves(host)).toBe('acme');

    dns.zone.remove(`_spine.${host}`);
    prove(squatter);
    expect(await look(globex, squatter)).toMatchObject({ status: 'VERIFIED' });
    expect(await resolves(host)).toBe('globex');
    expect(await look(acme, domain)).toMatchObject({ status: 'DANGLING', problem: 'TXT_WRONG' });
  });

  it('stops resolving at once when it is given up', async () => {
    const domain = await owned(acme, 'leave.acme.example');
    await domains.remove(as(acme), domain.id);
    expect(await resolves(domain.host)).toBeNull();
    await expect(domains.verify(as(acme), domain.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it("is nobody else's to see, to check or to remove, and nobody's without the right to", async () => {
    const domain = await add(acme, 'mine.acme.example');
    expect((await domains.list(as(globex))).map(({ host }) => host)).not.toContain(domain.host);
    await expect(domains.verify(as(globex), domain.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(domains.remove(as(globex), domain.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const reader = contextFor(acme, memberOf(['settings:read']), clock);
    await expect(domains.add(reader, { host: 'a.example', kind: 'APP' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(domains.verify(reader, domain.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(domains.remove(reader, domain.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('cannot be called proved by the company itself, past the rules', async () => {
    const { id } = await add(acme, 'forged.acme.example');
    const forged = runtime.database.tenants.of(as(acme)).tenantDomain.updateMany({ where: { id }, data: { misses: 1 } });
    await expect(forged).rejects.toThrow(/permission denied/);
  });

  it('is asked about at most once a second, and added once', async () => {
    const domain = await add(acme, 'often.acme.example');
    await look(acme, domain);
    await expect(domains.verify(as(acme), domain.id)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 1 });
    await expect(add(acme, 'OFTEN.acme.example')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is one of at most twenty, however many are added at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => add(globex, `n${n}.globex.example`)));
    // `shared.example` is the twentieth.
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
    expect(await domains.list(as(globex))).toHaveLength(20);
  });
});
