import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { RoleId } from '../ids.js';
import { catalogueOf, permissionsOfRoles } from './role.js';

const PASSWORD = 'Spine-demo-1!';

describe('roles of a company’s own', () => {
  let t: TestIdentity;
  const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const at = (who = owner, tenant = ACME): RequestContext => contextFor(tenant, who, t.clock);
  const create = (name: string, permissions: readonly string[], as = at(), family = 'INTERNAL') =>
    t.subgraph.services.roles.create(as, { name, family, description: 'A role', permissions });
  const scopeOf = async (email: string): Promise<readonly string[]> => {
    const { access } = await t.subgraph.services.sessions.login(contextFor(ACME, undefined, t.clock), { email, password: PASSWORD });
    return String(decodeJwt(access.token)['scope']).split(' ');
  };
  const enrol = (email: string, roles: readonly string[]) =>
    t.subgraph.services.enrolment.enrol(at(), { email, displayName: 'Member', password: PASSWORD, roles });

  test('give their members what they allow, together with the other roles she has', async () => {
    await create('night-desk', ['appointments:read', 'billing:read']);
    await enrol('night@acme.example', ['night-desk', 'VIEWER']);
    expect(await scopeOf('night@acme.example')).toEqual(['appointments:read', 'patients:read', 'billing:read']);
  });

  test('change for their members, who are told of it', async () => {
    const role = await create('auditor', ['reports:read']);
    const { userId } = await enrol('auditor@acme.example', ['auditor']);
    await t.subgraph.services.roles.update(at(), role.id ?? '', { permissions: ['settings:read'] });
    expect(await scopeOf('auditor@acme.example')).toEqual(['settings:read']);
    await t.settle();
    const events = await t.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.findMany({
      where: { type: 'identity.membership_changed' },
    });
    expect(events.map(({ payload }) => payload)).toContainEqual(expect.objectContaining({ userId, roles: ['auditor'] }));
  });

  test('are of one company only', async () => {
    const role = await create('secret-role', ['appointments:read']);
    expect((await t.subgraph.services.roles.catalogue(at(owner, GLOBEX))).has('secret-role')).toBe(false);
    await expect(t.subgraph.services.roles.update(at(owner, GLOBEX), role.id ?? '', {})).rejects.toThrow('not found');
    await expect(t.subgraph.services.roles.remove(at(owner, GLOBEX), role.id ?? '')).rejects.toThrow('not found');
    await expect(
      t.subgraph.services.enrolment.enrol(at(owner, GLOBEX), {
        email: 'x@globex.example',
        displayName: 'X',
        password: PASSWORD,
        roles: ['secret-role'],
      }),
    ).rejects.toThrow('roles.0: must be one of the roles');
  });

  test('allow nothing that their maker may not, neither when made nor when changed', async () => {
    const some = at(memberOf(['users:manage', 'appointments:read'], { roles: ['lead'] }));
    await expect(create('too-much', ['billing:delete'], some)).rejects.toThrow('may not do yourself');
    const strong = await create('strong', ['billing:delete']);
    await expect(t.subgraph.services.roles.update(some, strong.id ?? '', { permissions: [] })).rejects.toThrow('yourself');
    await expect(create('fitting', ['appointments:read'], some)).resolves.toMatchObject({ name: 'fitting' });
    await expect(create('none', [], at(memberOf(['settings:update'])))).rejects.toThrow('users:manage');
  });

  test.each([
    ['OWNER', 'INTERNAL', [], 'name'],
    ['x', 'INTERNAL', [], 'name'],
    ['fine', 'NOBODY', [], 'family'],
    ['fine', 'INTERNAL', ['world:rule'], 'permissions.0'],
    ['fine', 'INTERNAL', ['platform:tenants:manage'], 'permissions.0'],
  ] as const)('are refused as %s in %s with %j, naming %s', async (name, family, permissions, field) => {
    await expect(create(name, permissions, at(), family)).rejects.toMatchObject({ issues: [expect.objectContaining({ field })] });
  });

  test('have names that are taken once', async () => {
    await create('once', []);
    await expect(create('once', [])).rejects.toThrow('already');
  });

  test('are for kinds of people that the company has, to which it may add', async () => {
    await t.subgraph.services.roles.createFamily(at(), 'COURIER');
    await expect(t.subgraph.services.roles.createFamily(at(), 'COURIER')).rejects.toThrow('already');
    await expect(t.subgraph.services.roles.createFamily(at(), 'PROVIDER')).rejects.toThrow('already');
    await expect(t.subgraph.services.roles.createFamily(at(), 'no such thing')).rejects.toThrow('name: must be');
    await expect(create('rider', [], at(), 'COURIER')).resolves.toMatchObject({ family: 'COURIER' });
    expect(await t.subgraph.services.roles.families(at())).toEqual(['PROVIDER', 'INTERNAL', 'CUSTOMER', 'COURIER']);
    expect(await t.subgraph.services.roles.families(at(owner, GLOBEX))).toEqual(['PROVIDER', 'INTERNAL', 'CUSTOMER']);
  });

  test('go once nobody has them', async () => {
    const role = await create('leaving', []);
    await enrol('leaving@acme.example', ['leaving']);
    await expect(t.subgraph.services.roles.remove(at(), role.id ?? '')).rejects.toThrow('1 members have this role');
    const other = await create('unused', []);
    await t.subgraph.services.roles.remove(at(), other.id ?? '');
    expect((await t.subgraph.services.roles.catalogue(at())).has('unused')).toBe(false);
  });

  test('stand beside the system’s in the matrix, which cannot be changed', async () => {
    const { data } = await t.graphql(
      '{ permissionMatrix { role { id name isSystem } cells { permission allowed } } permissionCatalogue { name resource action } }',
      { as: owner },
    );
    const rows = data?.['permissionMatrix'] as {
      role: { id: string | null; name: string; isSystem: boolean };
      cells: { permission: string; allowed: boolean }[];
    }[];
    const billing = rows.find(({ role }) => role.name === 'BILLING');
    const allowed = billing?.cells.filter((cell) => cell.allowed).map(({ permission }) => permission);
    expect(allowed).toEqual([
      'patients:read',
      'billing:create',
      'billing:read',
      'billing:update',
      'billing:delete',
      'reports:read',
      'workflows:start',
      'files:create',
    ]);
    expect(billing?.cells).toHaveLength(23);
    expect(billing?.role).toMatchObject({ id: null, isSystem: true });
    const catalogue = data?.['permissionCatalogue'] as { name: string; resource: string; action: string }[];
    expect(catalogue).toContainEqual({ name: 'users:invite', resource: 'users', action: 'invite' });
    const actions = ['create', 'read', 'update', 'delete'];
    const seventeen = [
      ...['appointments', 'patients', 'billing'].flatMap((resource) => actions.map((action) => `${resource}:${action}`)),
      ...['reports:read', 'settings:read', 'settings:update', 'users:invite', 'users:manage'],
    ];
    expect(catalogue.slice(0, 17).map(({ name }) => name)).toEqual(seventeen);

    const update = await t.graphql(
      'mutation($id: ID!) { updateRole(id: $id, input: {}) { __typename ... on UserError { code } } }',
      { variables: { id: RoleId.encode('0190aaaa-0000-7000-8000-0000000000ff') }, as: owner },
    );
    expect(update.data?.['updateRole']).toMatchObject({ __typename: 'NotFoundError' });
  });
});

describe('the catalogue', () => {
  test('grants nothing for a word that is no permission any more', () => {
    const catalogue = catalogueOf([{ id: 'r', name: 'old', family: 'INTERNAL', description: '', permissions: ['gone:read', 'billing:read'] }]);
    expect(permissionsOfRoles(['old', 'nobody-made-this'], catalogue)).toEqual(['billing:read']);
  });
});
