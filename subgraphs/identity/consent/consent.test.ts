import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import { UserId } from '../ids.js';
import type { ConsentPurpose } from './consent.js';

describe('consents', () => {
  let t: TestIdentity;
  const her = memberOf();

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const at = (tenant = ACME, who = her) => contextFor(tenant, who, t.clock);
  const answer = (purpose: ConsentPurpose, granted: boolean, textVersion = '2026-11') =>
    t.subgraph.services.consents.answer(at(), { purpose, granted, textVersion });

  test('keep every answer, and the newest of each purpose counts', async () => {
    await answer('MARKETING_EMAIL', true);
    await answer('TERMS', true);
    await answer('MARKETING_EMAIL', false, '2026-12');
    const current = await t.subgraph.services.consents.current(at());
    expect(current.map(({ purpose, granted }) => [purpose, granted])).toEqual([
      ['MARKETING_EMAIL', false],
      ['TERMS', true],
    ]);
    const { edges } = await t.subgraph.services.consents.history(at(), { first: 10 });
    expect(edges.map((edge) => edge?.node.textVersion)).toEqual(['2026-12', '2026-11', '2026-11']);
    expect(await t.eventTypes()).toContain('identity.consent_given');
  });

  test('are somebody’s own, in one company', async () => {
    expect(await t.subgraph.services.consents.current(at(ACME, memberOf()))).toEqual([]);
    expect(await t.subgraph.services.consents.current(at(GLOBEX))).toEqual([]);
    await expect(t.subgraph.services.consents.current(contextFor(ACME))).rejects.toThrow('Sign in');
  });

  test('name the wording they are about', async () => {
    await expect(answer('TERMS', true, 'the one on the page')).rejects.toThrow('textVersion: must be');
  });

  test('cannot be changed by the application, not even by mistake', async () => {
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    await expect(db.consent.updateMany({ data: { granted: true } })).rejects.toThrow();
    await expect(db.consent.deleteMany()).rejects.toThrow();
  });
});

describe('a profile', () => {
  let t: TestIdentity;
  let userId: string;

  beforeAll(async () => {
    t = await startTestIdentity();
    const email = 'her@acme.example';
    await t.subgraph.services.registration.register(contextFor(ACME, undefined, t.clock), {
      email,
      password: 'Spine-demo-1!',
      displayName: 'Ines Vidal',
    });
    ({ userId } = await t.subgraph.services.sessions.login(contextFor(ACME), { email, password: 'Spine-demo-1!' }));
  });
  afterAll(() => t.stop());

  const update = (input: object, as = memberOf([], { userId })) =>
    t.graphql(
      `mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename
        ... on User { displayName profile { phone locale timeZone pictureUrl about } }
        ... on ValidationError { issues { field message } } ... on UserError { code } } }`,
      { variables: { input }, as },
    );

  test('takes what is given, keeps what is left out, and removes what is null', async () => {
    await update({ phone: '+4930123456', locale: 'pt-BR', timeZone: 'Europe/Berlin', about: 'Bakes.\nRuns.' });
    const { data } = await update({ displayName: 'Ines V.', phone: null });
    expect(data?.['updateProfile']).toEqual({
      __typename: 'User',
      displayName: 'Ines V.',
      profile: { phone: null, locale: 'pt-BR', timeZone: 'Europe/Berlin', pictureUrl: null, about: 'Bakes.\nRuns.' },
    });
  });

  test.each([
    ['displayName', ''],
    ['phone', '030 123'],
    ['locale', 'not a language'],
    ['timeZone', 'Mars/Olympus'],
    ['pictureUrl', 'javascript:alert(1)'],
    ['about', 'x'.repeat(2_001)],
  ])('names %s when it breaks a rule, and changes nothing', async (field, value) => {
    const { data } = await update({ about: 'changed', [field]: value });
    expect(data?.['updateProfile']).toMatchObject({ issues: [{ field }] });
    const after = await update({});
    expect(after.data?.['updateProfile']).toMatchObject({ profile: { about: 'Bakes.\nRuns.' } });
  });

  test('and all that hangs on a person is seen by herself and who looks after people, and by others as a name', async () => {
    await update({ phone: '+4930123456' });
    const _entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User {
      displayName email membership { roles permissions lastActivityAt } profile { phone phoneVerifiedAt locale timeZone about } } } }`;
    const seenBy = async (as: Principal, tenant = ACME) => {
      const of = [{ __typename: 'User', id: UserId.encode(userId) }];
      const { data } = await t.graphql(_entities, { as, tenant, variables: { of } });
      return (data?.['_entities'] as readonly unknown[])[0];
    };
    const everything = {
      displayName: 'Ines V.',
      email: 'her@acme.example',
      membership: { roles: ['USER'] },
      profile: { phone: '+4930123456', locale: 'pt-BR', timeZone: 'Europe/Berlin' },
    };
    for (const as of [memberOf([], { userId }), memberOf(['users:manage']), memberOf(['patients:read'])]) {
      expect(await seenBy(as)).toMatchObject(everything);
    }
    const others = TENANT_PERMISSIONS.filter((permission) => permission !== 'users:manage' && permission !== 'patients:read');
    for (const as of [memberOf([], { roles: ['USER'] }), memberOf(others, { roles: ['OWNER'] }), ANONYMOUS]) {
      expect(await seenBy(as)).toEqual({
        displayName: 'Ines V.',
        email: null,
        membership: null,
        profile: { phone: null, phoneVerifiedAt: null, locale: null, timeZone: null, about: 'Bakes.\nRuns.' },
      });
    }
    expect(await seenBy(memberOf(TENANT_PERMISSIONS), GLOBEX)).toBeNull();
  });

  test('is changed by nobody who is not signed in as somebody', async () => {
    const { data } = await update({ about: 'x' }, memberOf());
    expect(data?.['updateProfile']).toMatchObject({ __typename: 'UnauthenticatedError' });
  });
});
