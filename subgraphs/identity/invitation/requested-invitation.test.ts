import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { INVITED_PERSON_PURPOSE } from '../../_kernel/wire/invited-person.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../../tenancy/events.js';

const PASSWORD = 'Spine-demo-1!';

describe('an invitation that a company asks for by what happens to it', () => {
  let t: TestIdentity;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const sealed = (email: string, displayName: string | null = null): string =>
    t.runtime.secretBox.seal(JSON.stringify({ email, displayName }), INVITED_PERSON_PURPOSE);
  const tell = <Type extends keyof TenancyEvents>(type: Type, payload: TenancyEvents[Type], tenant: TenantIdentity = ACME) => {
    const context = contextFor(tenant, undefined, t.clock);
    const outbox = t.runtime.outbox.for<TenancyEvents>();
    return t.runtime.database.tenants.transaction(context, (db) => outbox.emit(db, context, type, payload));
  };
  const accept = (token: string | undefined, tenant: TenantIdentity = ACME) =>
    t.subgraph.services.invitations.accept(contextFor(tenant, undefined, t.clock), { token: token ?? '', displayName: 'Ann', password: PASSWORD });

  test('welcomes the owner of a new company with the link that makes her its owner', async () => {
    await tell('tenancy.tenant_created', { tenant: ACME, sealedOwner: sealed('ann@acme.example', 'Ann Aster') });
    const mails = await t.mails('ann@acme.example');
    expect(mails.map(({ template }) => template)).toEqual(['TENANT_WELCOME']);
    expect(mails[0]?.link).toMatch(/^http:\/\/acme\.spine\.example\/account\/accept-invitation\?token=spi_/);
    await expect(accept(mails[0]?.token, GLOBEX)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(accept(mails[0]?.token)).resolves.toMatchObject({ roles: ['OWNER'], status: 'ACTIVE' });
    const owner = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);
    const asked = await t.graphql('{ invitations { edges { node { email invitedBy { id } } } } }', { as: owner.principal });
    expect(asked).toEqual({ data: { invitations: { edges: [{ node: { email: 'ann@acme.example', invitedBy: null } }] } } });
  });

  test('is not sent for a company without a named owner', async () => {
    const before = (await t.eventTypes(GLOBEX)).length;
    await tell('tenancy.tenant_created', { tenant: GLOBEX }, GLOBEX);
    expect(await t.eventTypes(GLOBEX)).toHaveLength(before + 1);
    expect(await t.deadLetters(GLOBEX)).toEqual([]);
  });

  test('goes to everybody an owner named while she set it up, but for those who are members already', async () => {
    const people = ['ann@acme.example', 'bo@acme.example'].map((email) => ({ sealedPerson: sealed(email), roles: ['STAFF'] }));
    const context = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), t.clock);
    const inviter = await t.subgraph.services.enrolment.enrol(context, { email: 'cy@acme.example', displayName: 'Cy Clark', password: PASSWORD, roles: ['OWNER'] });
    await tell('tenancy.team_invited', { invitedBy: inviter.userId, people });
    const [mail] = await t.mails('bo@acme.example');
    expect(mail?.template).toBe('MEMBER_INVITATION');
    await expect(accept(mail?.token)).resolves.toMatchObject({ roles: ['STAFF'] });
    expect((await t.mails('ann@acme.example')).map(({ template }) => template)).toEqual(['TENANT_WELCOME']);
  });
});
