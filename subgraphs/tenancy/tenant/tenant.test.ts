import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenancyServices } from '../services.js';
import { createTenancy } from '../subgraph.js';
import { featuresOf } from '../../_kernel/wire/plan-features.js';
import { slugSchema, trialEndOf } from './tenant.js';
import { createTestFiles } from '../../../tests/support/files.js';

const company = {
  name: 'Initech',
  slug: 'initech',
  plan: 'STARTER' as const,
  timeZone: 'America/Chicago',
  currency: 'USD',
};

describe('a tenant', () => {
  let runtime: TestRuntime;
  let tenancy: Subgraph<TenancyServices>;
  let initech: TenantIdentity;
  let other: TenantIdentity;

  const staff = (): RequestContext =>
    contextFor(PLATFORM_TENANT, {
      kind: 'platform',
      adminId: '0190aaaa-0000-7000-8000-0000000000ad',
      sessionId: '0190aaaa-0000-7000-8000-0000000000ae',
      roles: ['ADMIN'],
      permissions: ['platform:tenants:read', 'platform:tenants:manage'],
      assurance: { level: 'aal1', at: 0 },
    });
  const lookUp = async (slug: string): Promise<TenantIdentity> => {
    const tenant = await tenancy.services.tenants.lookUp({ slug });
    if (!tenant) throw new Error(`No tenant ${slug}`);
    return tenant;
  };

  beforeAll(async () => {
    runtime = await startTestRuntime();
    tenancy = createTenancy(runtime, { issuer: 'http://spine.example', files: createTestFiles() });
    await tenancy.services.tenants.create(staff(), company);
    await tenancy.services.tenants.create(staff(), { ...company, name: 'Hooli', slug: 'hooli' });
    [initech, other] = await Promise.all([lookUp('initech'), lookUp('hooli')]);
  });
  afterAll(() => runtime.stop());

  it('begins a paid plan with a trial of fourteen days', () => {
    const created = new Date('2027-01-01T00:00:00Z');
    expect(trialEndOf('STARTER', created)).toEqual(new Date('2027-01-15T00:00:00Z'));
    expect(trialEndOf('FREE', created)).toBeNull();
  });

  it('has a subdomain that is a DNS label and means nothing else', () => {
    const refused = ['a b', 'ab', '-abc', 'abc-', 'Acme', 'www', 'admin', 'x'.repeat(64), 'münchen', 'xn--mnchen-3ya', 'ab--cd', 'аcme', 'oauth', 'a.b.c', 'abc\n', ''];
    expect(refused.filter((slug) => slugSchema.safeParse(slug).success)).toEqual([]);
    expect(['acme', 'a-b-c', '123', 'x'.repeat(63)].every((slug) => slugSchema.safeParse(slug).success)).toBe(true);
  });

  it('is on the plan it is given, by every word there is for it', async () => {
    for (const [plan, kept] of [['PRO', 'PROFESSIONAL'], ['PERFORMANCE', 'PERFORMANCE']] as const) {
      const made = await tenancy.services.tenants.create(staff(), { ...company, slug: `on-${plan.toLowerCase()}`, plan });
      expect(made.plan).toBe(kept);
      await tenancy.services.life.remove({ ...staff(), principal: { kind: 'system', name: 'test' } }, made.id);
    }
    const gold = { ...company, slug: 'on-gold', plan: 'GOLD' };
    await expect(tenancy.services.tenants.create(staff(), gold)).rejects.toMatchObject({ issues: [{ field: 'plan' }] });
  });

  it('is made by platform staff only, and a subdomain is given once', async () => {
    const owner = contextFor(initech, memberOf(['settings:update']));
    await expect(tenancy.services.tenants.create(owner, { ...company, slug: 'mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(tenancy.services.tenants.create(staff(), company)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('refuses a zone, a currency or a website that is none, by name', async () => {
    const wrong = { ...company, slug: 'wrong', timeZone: 'Mars/Olympus', currency: 'XXY', website: 'nope' };
    await expect(tenancy.services.tenants.create(staff(), wrong)).rejects.toMatchObject({
      issues: ['timeZone', 'currency', 'website'].map((field) => expect.objectContaining({ field })),
    });
  });

  it('sees itself and no other', async () => {
    const owner = contextFor(initech, memberOf(['settings:read']));
    expect(await tenancy.services.tenants.find(owner, initech.id)).toMatchObject({ slug: 'initech' });
    expect(await tenancy.services.tenants.find(owner, other.id)).toBeNull();
  });

  it('is listed to platform staff page by page', async () => {
    const first = await tenancy.services.tenants.list(staff(), { first: 1 });
    const second = await tenancy.services.tenants.list(staff(), { first: 1, after: first.pageInfo.endCursor });
    expect([...first.edges, ...second.edges].map(({ node }) => node.slug)).toEqual(['initech', 'hooli']);
    await expect(tenancy.services.tenants.list(contextFor(initech), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('changes only the settings that are named, and only its own', async () => {
    const owner = contextFor(initech, memberOf(['settings:update', 'settings:read']));
    await tenancy.services.settings.update(owner, { name: 'Initech Inc', accentColor: '#B45309' });
    expect(await tenancy.services.settings.of(owner, initech.id)).toMatchObject({ accentColor: '#B45309', locale: 'en' });
    expect(await lookUp('initech')).toMatchObject({ name: 'Initech Inc', timeZone: 'America/Chicago' });
    expect(await lookUp('hooli')).toMatchObject({ name: 'Hooli' });
    const wrong = tenancy.services.settings.update(owner, { accentColor: 'red', contactPhone: '030', locale: '!' });
    await expect(wrong).rejects.toMatchObject({
      issues: ['locale', 'contactPhone', 'accentColor'].map((field) => expect.objectContaining({ field })),
    });
    const pale = tenancy.services.settings.update(owner, { accentColor: '#FFCC00' });
    await expect(pale).rejects.toMatchObject({ issues: [{ field: 'accentColor', message: expect.stringContaining('4.5:1 to the background #FFFFFF') }] });
    expect(await tenancy.services.settings.of(owner, initech.id)).toMatchObject({ accentColor: '#B45309' });
    const staffOnly = tenancy.services.settings.update(contextFor(initech, memberOf(['settings:read'])), {});
    await expect(staffOnly).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is looked up for the platform itself and for nobody else', async () => {
    const route = tenancy.routes[0];
    const ask = (search: string, principal: Envelope['principal']) =>
      route?.handle(
        { method: 'GET', path: route.path, search, headers: {}, body: new Uint8Array() },
        { tenant: PLATFORM_TENANT, principal, origin: { requestId: 'r', ip: null, userAgent: null } },
      );
    const gateway = { kind: 'system', name: 'gateway' } as const;
    expect(await ask('?slug=hooli', gateway)).toMatchObject({ status: 200 });
    expect(await ask(`?id=${other.id}`, gateway)).toMatchObject({ status: 200 });
    expect(await ask('?slug=nobody', gateway)).toMatchObject({ status: 404 });
    expect(await ask('?id=nonsense', gateway)).toMatchObject({ status: 404 });
    expect(await ask('?slug=hooli', { kind: 'anonymous' })).toMatchObject({ status: 403 });
  });

  it('may use what its plan has, and no more', () => {
    const starter = {
      appointments: true,
      billing: true,
      analytics: true,
      api_access: false,
      patient_portal: true,
      sms_reminders: false,
      custom_branding: false,
    };
    expect(featuresOf('STARTER')).toEqual(starter);
    expect(featuresOf('FREE')).toEqual(starter);
    expect(featuresOf('PROFESSIONAL')).toEqual({ ...starter, sms_reminders: true });
    expect(featuresOf('PERFORMANCE')).toEqual(featuresOf('PROFESSIONAL'));
    expect(featuresOf('ENTERPRISE')).toEqual({ ...starter, sms_reminders: true, api_access: true, custom_branding: true });
  });
});
