import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { INVITED_PERSON_PURPOSE } from '../../_kernel/wire/invited-person.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../ids.js';

interface Outcomes {
  readonly changed: readonly { readonly slug: string }[];
  readonly failed: readonly { readonly id: string; readonly error: { readonly code: string } }[];
}

describe('companies, as platform staff sees them', () => {
  let t: TestTenancy;
  const companies: Record<string, TenantIdentity> = {};
  const idOf = (slug: string): string => TenantId.encode(companies[slug]?.id ?? '');

  beforeAll(async () => {
    t = await startTestTenancy();
    for (const slug of ['acorn', 'beech', 'cedar', 'under-score', 'percent']) companies[slug] = await t.company(slug);
    await t.subgraph.services.tenants.update(t.staffContext(), companies['beech']?.id ?? '', { plan: 'PRO', name: '100% Beech' });
    await t.subgraph.services.life.suspend(t.staffContext(), companies['cedar']?.id ?? '', 'Spam');
  });
  afterAll(() => t.stop());

  const ask = async <Answer>(source: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    const { data, errors } = await t.graphql(source, { as: t.staff(), variables });
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return Object.values(data ?? {})[0] as Answer;
  };
  const list = async (args: string): Promise<{ readonly slugs: readonly string[]; readonly total: number }> => {
    const { totalCount, edges } = await ask<{ totalCount: number; edges: readonly { node: { slug: string } }[] }>(
      `{ tenants${args} { totalCount edges { node { slug } } } }`,
    );
    return { slugs: edges.map(({ node }) => node.slug), total: totalCount };
  };

  it('are listed by status, plan and a part of their name, with how many there are in all', async () => {
    expect(await list('(first: 2)')).toEqual({ slugs: ['acorn', 'beech'], total: 5 });
    expect(await list('(status: SUSPENDED)')).toEqual({ slugs: ['cedar'], total: 1 });
    expect(await list('(plan: PROFESSIONAL)')).toEqual({ slugs: ['beech'], total: 1 });
    expect(await list('(plan: PRO, status: ACTIVE, search: "BEE")')).toEqual({ slugs: ['beech'], total: 1 });
    expect(await list('(search: "the a")')).toEqual({ slugs: ['acorn'], total: 1 });
  });

  it('are searched by what is written, not by a pattern', async () => {
    expect((await list('(search: "%")')).slugs).toEqual(['beech']);
    expect((await list('(search: "_")')).slugs).toEqual([]);
    expect((await list('(search: "r-s")')).slugs).toEqual(['under-score']);
  });

  it('are found by their subdomain; an unknown one is nobody', async () => {
    const source = 'query ($subdomain: String!) { tenantBySubdomain(subdomain: $subdomain) { id status provisioningStatus settings { locale } } }';
    expect(await ask(source, { subdomain: 'acorn' })).toEqual({
      id: idOf('acorn'),
      status: 'ACTIVE',
      provisioningStatus: 'READY',
      settings: { locale: 'en' },
    });
    expect(await ask(source, { subdomain: 'nobody' })).toBeNull();
  });

  it('are changed in what is named, and only in that', async () => {
    const update = 'mutation ($id: ID!, $input: UpdateTenantInput!) { updateTenant(id: $id, input: $input) { ... on Tenant { name plan website currency } ... on UserError { code } } }';
    expect(await ask(update, { id: idOf('acorn'), input: { website: 'https://acorn.example' } })).toEqual({
      name: 'The acorn',
      plan: 'STARTER',
      website: 'https://acorn.example',
      currency: 'USD',
    });
    expect(await ask(update, { id: idOf('acorn'), input: { website: null, plan: 'ENTERPRISE' } })).toMatchObject({ website: null, plan: 'ENTERPRISE' });
    expect(await ask(update, { id: idOf('acorn'), input: { currency: 'XXY' } })).toEqual({ code: 'BAD_USER_INPUT' });
    expect(await ask(update, { id: TenantId.encode(uuidv7()), input: {} })).toEqual({ code: 'NOT_FOUND' });
  });

  it('are changed several at a time, each for itself', async () => {
    const OUTCOMES = '... on BulkTenantChange { changed { slug } failed { id error { ... on UserError { code } } } } ... on UserError { code }';
    const unknown = TenantId.encode(uuidv7());
    const ids = [idOf('acorn'), 'nonsense', unknown, idOf('cedar')];
    const suspended = await ask<Outcomes>(
      `mutation ($ids: [ID!]!) { bulkSuspendTenants(ids: $ids, reason: "Test") { ${OUTCOMES} } }`,
      { ids },
    );
    expect(suspended).toEqual({
      changed: [{ slug: 'acorn' }],
      failed: [
        { id: 'nonsense', error: { code: 'NOT_FOUND' } },
        { id: unknown, error: { code: 'NOT_FOUND' } },
        { id: idOf('cedar'), error: { code: 'INVALID_TRANSITION' } },
      ],
    });
    const back = await ask<Outcomes>(`mutation ($ids: [ID!]!) { bulkReactivateTenants(ids: $ids) { ${OUTCOMES} } }`, { ids });
    expect(back.changed).toEqual([{ slug: 'acorn' }, { slug: 'cedar' }]);
    const update = `mutation ($ids: [ID!]!, $input: UpdateTenantInput!) { bulkUpdateTenants(ids: $ids, input: $input) { ${OUTCOMES} } }`;
    expect(await ask(update, { ids: [idOf('acorn'), unknown], input: { timeZone: 'UTC' } })).toEqual({
      changed: [{ slug: 'acorn' }],
      failed: [{ id: unknown, error: { code: 'NOT_FOUND' } }],
    });
    for (const none of [[], Array.from({ length: 101 }, () => unknown)]) {
      expect(await ask(update, { ids: none, input: {} })).toEqual({ code: 'BAD_USER_INPUT' });
    }
  });

  it('are no business of a member, whatever she may do in her own', async () => {
    const tenant = companies['acorn'] as TenantIdentity;
    const owner = contextFor(tenant, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }));
    const { tenants } = t.subgraph.services;
    await expect(tenants.list(owner, {}, { status: 'ACTIVE' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(tenants.findBySlug(owner, 'beech')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await tenants.find(owner, companies['beech']?.id ?? '')).toBeNull();
  });

  it('are being provisioned until their owner is invited', async () => {
    const create = 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { ... on Tenant { provisioningStatus trialEndsAt createdAt } } }';
    const input = { name: 'Owned', slug: 'owned', plan: 'STARTER', timeZone: 'UTC', currency: 'USD', owner: { email: 'Ann@Owned.example', displayName: 'Ann' } };
    const made = await ask<{ provisioningStatus: string; trialEndsAt: string; createdAt: string }>(create, { input });
    expect(made.provisioningStatus).toBe('PROVISIONING');
    expect(Date.parse(made.trialEndsAt) - Date.parse(made.createdAt)).toBe(14 * 86_400_000);
    const tenant = (await t.lookUp('owned')) as TenantIdentity;
    const [created] = await t.events(tenant, 'tenancy.tenant_created');
    expect(JSON.stringify(created)).not.toMatch(/owned\.example/i);
    expect(t.runtime.secretBox.open(created?.sealedOwner ?? '', INVITED_PERSON_PURPOSE)).toBe('{"email":"ann@owned.example","displayName":"Ann"}');
    await t.tell('identity.member_invited', { invitationId: uuidv7(), roles: ['STAFF'] }, { tenant });
    await t.settle(tenant);
    const status = (): Promise<{ provisioningStatus: string }> => ask('{ tenantBySubdomain(subdomain: "owned") { provisioningStatus } }');
    expect((await status()).provisioningStatus).toBe('PROVISIONING');
    await t.tell('identity.member_invited', { invitationId: uuidv7(), roles: ['OWNER'] }, { tenant });
    await t.settle(tenant);
    expect((await status()).provisioningStatus).toBe('READY');
  });
});
