import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayEnvelope } from '../../../gateway/request.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import {
  OPERATION_USES_PATH,
  REGISTERED_OPERATION_PATH,
  type OperationUse,
  type RegisteredOperation,
} from '../../_kernel/wire/registered-operations.js';
import { ANONYMOUS, NO_ASSURANCE } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { documentIdOf, type ManifestOperation } from './registered-operation.js';

const operation = (name: string, fields = 'me { id }'): ManifestOperation => {
  const body = `query ${name} { ${fields} }`;
  return { id: documentIdOf(body), name, type: 'QUERY', body };
};

const ME = operation('Me');
const ROLES = operation('Roles', 'roles { name }');

describe('the register of operations', () => {
  let identity: TestIdentity;
  const owner = memberOf(['settings:update'], { roles: ['OWNER'] });
  const admin = { kind: 'platform', adminId: '0190cccc-0000-7000-8000-000000000001', sessionId: 's', roles: ['SUPER_ADMIN'], permissions: ['platform:tenants:manage'], assurance: NO_ASSURANCE } as const;

  const as = (tenant: TenantIdentity = ACME, principal: Parameters<typeof contextFor>[1] = owner) => contextFor(tenant, principal, identity.clock);
  const clients = () => identity.subgraph.services.clientApplications;
  const publish = (client: string, version: string, operations: readonly ManifestOperation[], context = as()) =>
    clients().publish(context, { client, version, operations });

  const look = async (tenant: TenantIdentity, documentId: string, client?: string): Promise<RegisteredOperation | null> => {
    const search = `?${new URLSearchParams({ id: documentId, ...(client ? { client } : {}) }).toString()}`;
    const request = { method: 'GET', path: REGISTERED_OPERATION_PATH, search, headers: {}, body: new Uint8Array() };
    const answer = await identity.host.forward(request, { ...gatewayEnvelope('r1'), tenant });
    return answer?.status === 200 ? (JSON.parse(answer.body) as RegisteredOperation) : null;
  };
  const report = async (uses: readonly unknown[]) => {
    const request = { method: 'POST', path: OPERATION_USES_PATH, search: '', headers: {}, body: Buffer.from(JSON.stringify(uses)) };
    return (await identity.host.forward(request, gatewayEnvelope('r1')))?.status;
  };

  beforeAll(async () => {
    identity = await startTestIdentity();
  });
  afterAll(() => identity.stop());

  it('takes a manifest once: the same again changes nothing, and every version is kept', async () => {
    await expect(publish('kiosk', '1.0.0', [ME])).resolves.toMatchObject({ added: 1, unchanged: 0 });
    await expect(publish('kiosk', '1.0.0', [ME])).resolves.toMatchObject({ added: 0, unchanged: 1 });
    const { operations } = await publish('kiosk', '1.1.0', [ME, ROLES]);
    expect(operations).toMatchObject([
      { name: 'Me', firstVersion: '1.0.0', lastVersion: '1.1.0' },
      { name: 'Roles', firstVersion: '1.1.0', lastVersion: '1.1.0' },
    ]);
    const versions = await clients().versions(as(), 'kiosk', {});
    expect(versions.edges.map(({ node }) => node.version)).toEqual(['1.1.0', '1.0.0']);
    const pages = await clients().operations(as(), 'kiosk', { first: 1 });
    expect(pages).toMatchObject({ edges: [{ node: { name: 'Me' } }], pageInfo: { hasNextPage: true } });
  });

  it('takes one manifest from many publishers at the same time', async () => {
    const published = await Promise.all(Array.from({ length: 8 }, () => publish('crowd', '1', [ME, ROLES])));
    expect(published.reduce((sum, { added }) => sum + added, 0)).toBe(2);
  });

  it('refuses what is not what it says, and names each place', async () => {
    const { id } = ME;
    const wrong = (body: string, of: Partial<ManifestOperation> = {}) => ({ ...ME, id: documentIdOf(body), body, ...of });
    const issuesOf = (operations: readonly unknown[]) =>
      clients().publish(as(), { client: 'wrong', version: '1', operations }).then(
        () => [],
        (error: { issues: { field: string; message: string }[] }) => error.issues.map(({ field, message }) => `${field}: ${message}`),
      );
    await expect(issuesOf([ROLES, { ...ME, body: 'query Me { roles { name } }' }])).resolves.toEqual(['operations.1.id: must be the SHA-256 of the body (Me)']);
    await expect(issuesOf([ME, ME])).resolves.toEqual(['operations.1.id: is there twice (Me)']);
    await expect(issuesOf([wrong('query Me {')])).resolves.toEqual([expect.stringMatching(/^operations.0.body: Syntax Error: .*line 1, column 11\) \(Me\)$/)]);
    await expect(issuesOf([wrong('query Other { me { id } }')])).resolves.toEqual(['operations.0.body: must be named Me (Me)']);
    await expect(issuesOf([wrong('mutation Me { logout { __typename } }')])).resolves.toEqual(['operations.0.body: must be a query (Me)']);
    await expect(issuesOf([wrong('query Me { me { id } } query Two { me { id } }')])).resolves.toEqual(['operations.0.body: must hold one operation (Me)']);
    await expect(issuesOf([{ ...ME, id: 'x' }])).resolves.toEqual(['operations.0.id: must be a SHA-256 in hexadecimal']);
    await expect(issuesOf([])).resolves.toEqual(['operations: must not be empty']);
    await expect(look(ACME, id, 'wrong')).resolves.toBeNull();
  });

  it('is for those who look after settings', async () => {
    const nobodys = as(ACME, memberOf(['appointments:read']));
    await expect(publish('kiosk', '2', [ME], nobodys)).rejects.toThrow('settings:update');
    await expect(clients().list(nobodys, {})).rejects.toThrow('settings:update');
    await expect(clients().operations(as(), 'unheard-of', {})).rejects.toThrow('not found');
  });

  it('keeps an id its body in the database too', async () => {
    const { rows } = await identity.runtime.pools.platform.query<{ id: string }>('SELECT id FROM identity.registered_operation LIMIT 1');
    await expect(
      identity.runtime.pools.platform.query(`UPDATE identity.registered_operation SET body = 'query Me { users { id } }' WHERE id = $1`, [rows[0]?.id]),
    ).rejects.toThrow('registered_operation_id_is_digest');
  });

  it("answers the gateway with the tenant's own and the platform's, never with another tenant's", async () => {
    const acmes = operation('Acmes');
    const everybodys = operation('Everybodys');
    await publish('partner', '1', [acmes]);
    await publish('app', '1', [everybodys], as(PLATFORM_TENANT, admin));
    await expect(look(ACME, acmes.id, 'partner')).resolves.toMatchObject({ client: 'partner', name: 'Acmes', body: acmes.body, retirement: null });
    await expect(look(ACME, acmes.id)).resolves.toMatchObject({ client: 'partner' });
    await expect(look(ACME, acmes.id, 'kiosk')).resolves.toBeNull();
    await expect(look(GLOBEX, acmes.id, 'partner')).resolves.toBeNull();
    await expect(look(GLOBEX, acmes.id)).resolves.toBeNull();
    await expect(look(GLOBEX, everybodys.id, 'app')).resolves.toMatchObject({ ownerId: PLATFORM_TENANT.id });
    // A company's own client of that name hides the platform's.
    await publish('app', '1', [acmes]);
    await expect(look(ACME, everybodys.id, 'app')).resolves.toBeNull();
  });

  it('answers nobody but the platform', async () => {
    for (const [method, path] of [['GET', REGISTERED_OPERATION_PATH], ['POST', OPERATION_USES_PATH]] as const) {
      const request = { method, path, search: `?id=${ME.id}`, headers: {}, body: Buffer.from('[]') };
      await expect(identity.host.forward(request, { ...gatewayEnvelope('r1'), principal: ANONYMOUS })).resolves.toMatchObject({ status: 403 });
    }
  });

  it('retires operations with a date and a replacement of the same client', async () => {
    const [old, better] = [operation('Old'), operation('Better')];
    await publish('retiring', '1', [old, better]);
    const sunsetAt = new Date('2031-01-01T00:00:00Z');
    const retire = (input: object) => clients().retire(as(), { client: 'retiring', sunsetAt, ...input });
    await expect(retire({ operations: [ME.id] })).rejects.toThrow('operations.0: is not registered for this client');
    await expect(retire({ operations: [old.id], replacement: ME.id })).rejects.toThrow('replacement: is not registered');
    await expect(retire({ operations: [old.id], replacement: old.id })).rejects.toThrow('must not be one of those');
    await retire({ operations: [`sha256:${old.id}`], replacement: better.id });
    await expect(look(ACME, old.id, 'retiring')).resolves.toMatchObject({
      retirement: { sunsetAt: '2031-01-01T00:00:00.000Z', replacement: better.id },
    });
    // Published again, it stays retired.
    await publish('retiring', '2', [old]);
    await expect(look(ACME, old.id, 'retiring')).resolves.toMatchObject({ retirement: { replacement: better.id } });
  });

  it('adds up what gateways report, and shows it to the owner', async () => {
    const counted = operation('Counted');
    await publish('counting', '1', [counted]);
    const { ownerId, registrationId } = (await look(ACME, counted.id)) as RegisteredOperation;
    const use = (uses: number, lastUsedAt: string): OperationUse => ({ ownerId, registrationId, uses, lastUsedAt });
    await expect(report([use(2, '2027-01-31T10:00:00.000Z'), use(1, '2027-01-31T09:00:00.000Z')])).resolves.toBe(202);
    await expect(report([use(4, '2027-01-31T08:00:00.000Z')])).resolves.toBe(202);
    await expect(report([{ ownerId: 'x' }])).resolves.toBe(400);
    const answer = await identity.graphql(
      '{ registeredOperations(client: "counting") { edges { node { name uses lastUsedAt client { name } } } } clientApplications(first: 1) { edges { node { name } } } }',
      { as: owner },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      registeredOperations: { edges: [{ node: { name: 'Counted', uses: 7, lastUsedAt: '2027-01-31T10:00:00.000Z', client: { name: 'counting' } } }] },
    });
  });
});
