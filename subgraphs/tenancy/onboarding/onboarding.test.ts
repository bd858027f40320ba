import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { INVITED_PERSON_PURPOSE } from '../../_kernel/wire/invited-person.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

const STATE = '... on Onboarding { nextStep completedAt steps { step submittedAt } tenant { name plan settings { locale slotMinutes accentColor } features { key enabled } } }';
const SUBMIT = `mutation ($input: SubmitOnboardingStepInput!) { submitOnboardingStep(input: $input) { __typename ${STATE} ... on UserError { code message } ... on ValidationError { issues { field } } } }`;

const ORGANIZATION = { name: 'Hands & Co', timeZone: 'America/Toronto', locale: 'en-CA', accentColor: '#B45309' };
const TEAM = { invitations: [{ email: 'Ana@Hands.example ', role: 'PRACTITIONER' }, { email: 'bo@hands.example', role: 'STAFF' }] };
const PREFERENCES = { slotMinutes: 20, appointmentTypes: [{ name: 'First visit', durationMinutes: 60 }] };

describe('setting a company up', () => {
  let t: TestTenancy;
  beforeAll(async () => {
    t = await startTestTenancy();
  });
  afterAll(() => t.stop());

  /** The owner of a new company, asking through the graph. */
  const begin = async (slug: string) => {
    const tenant = await t.company(slug);
    const owner = t.ownerContext(tenant).principal;
    const ask = async <Answer>(source: string, variables: Readonly<Record<string, unknown>> = {}, as = owner): Promise<Answer> => {
      const { data, errors } = await t.graphql(source, { as, tenant, variables });
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
      return Object.values(data ?? {})[0] as Answer;
    };
    const submit = (input: object): Promise<Record<string, unknown>> => ask(SUBMIT, { input });
    const start = (): Promise<Record<string, unknown>> => ask(`mutation { startOnboarding { __typename ${STATE} } }`);
    return { tenant, ask, submit, start };
  };

  it('goes through five steps, can be left at any time, and is done with the last', async () => {
    const { tenant, ask, submit, start } = await begin('hands');
    expect(await ask('{ onboarding { nextStep } }')).toBeNull();
    expect(await start()).toMatchObject({ nextStep: 'ORGANIZATION', completedAt: null });
    expect(await submit({ organization: ORGANIZATION })).toMatchObject({ nextStep: 'TEAM', tenant: { name: 'Hands & Co' } });
    expect(await submit({ team: TEAM })).toMatchObject({ nextStep: 'PREFERENCES' });
    // She closes the page and comes back another day.
    expect(await start()).toMatchObject({ nextStep: 'PREFERENCES' });
    expect(await ask('{ onboarding { nextStep steps { step submittedAt } } }')).toMatchObject({
      nextStep: 'PREFERENCES',
      steps: [
        { step: 'ORGANIZATION', submittedAt: expect.any(String) },
        { step: 'TEAM', submittedAt: expect.any(String) },
        { step: 'PREFERENCES', submittedAt: null },
        { step: 'PLAN', submittedAt: null },
        { step: 'DASHBOARD', submittedAt: null },
      ],
    });
    expect(await submit({ preferences: PREFERENCES })).toMatchObject({ nextStep: 'PLAN' });
    expect(await submit({ plan: { plan: 'PRO' } })).toMatchObject({ nextStep: 'DASHBOARD' });
    const done = await submit({ dashboard: { done: true } });
    expect(done).toMatchObject({
      nextStep: null,
      completedAt: expect.any(String),
      tenant: {
        name: 'Hands & Co',
        plan: 'PROFESSIONAL',
        settings: { locale: 'en-CA', slotMinutes: 20, accentColor: '#B45309' },
        features: expect.arrayContaining([{ key: 'sms_reminders', enabled: true }, { key: 'api_access', enabled: false }]),
      },
    });

    expect(await t.lookUp('hands')).toMatchObject({ name: 'Hands & Co', timeZone: 'America/Toronto', plan: 'PROFESSIONAL' });
    const [invited] = await t.events(tenant, 'tenancy.team_invited');
    expect(invited?.people.map(({ sealedPerson, roles }) => [t.runtime.secretBox.open(sealedPerson, INVITED_PERSON_PURPOSE), roles])).toEqual([
      ['{"email":"ana@hands.example","displayName":null}', ['PRACTITIONER']],
      ['{"email":"bo@hands.example","displayName":null}', ['STAFF']],
    ]);
    expect(await t.events(tenant, 'tenancy.preferences_chosen')).toEqual([PREFERENCES]);
    expect(await t.events(tenant, 'tenancy.onboarding_completed')).toHaveLength(1);
  });

  it('takes no step before its turn, and says whose turn it is', async () => {
    const { submit, start } = await begin('hasty');
    expect(await submit({ organization: ORGANIZATION })).toMatchObject({ __typename: 'NotFoundError' });
    await start();
    const refused = { __typename: 'InvalidTransitionError', code: 'INVALID_TRANSITION', message: expect.stringContaining('ORGANIZATION') };
    for (const input of [{ team: TEAM }, { preferences: PREFERENCES }, { plan: { plan: 'STARTER' } }, { dashboard: { done: true } }]) {
      expect(await submit(input)).toMatchObject(refused);
    }
  });

  it('does what a step does once, however often and however many at a time it is submitted', async () => {
    const { tenant, submit, start } = await begin('eager');
    await start();
    await submit({ organization: ORGANIZATION });
    const answers = await Promise.all(Array.from({ length: 5 }, () => submit({ team: TEAM })));
    for (const answer of answers) expect(answer).toMatchObject({ nextStep: 'PREFERENCES' });
    expect(await t.events(tenant, 'tenancy.team_invited')).toHaveLength(1);
    expect(await submit({ team: { invitations: [] } })).toMatchObject({ __typename: 'ConflictError' });
    expect(await t.events(tenant, 'tenancy.team_invited')).toHaveLength(1);
  });

  it('names what is wrong with an answer, changes nothing by it, and takes one step at a time', async () => {
    const { tenant, submit, start } = await begin('sloppy');
    await start();
    const fieldsOf = async (input: object) => ((await submit(input))['issues'] as readonly { field: string }[]).map(({ field }) => field);
    expect(await fieldsOf({ organization: { timeZone: 'Mars/Olympus', accentColor: 'red', website: 'javascript:alert(1)' } })).toEqual(['timeZone', 'website', 'accentColor']);
    expect(await fieldsOf({ team: { invitations: [{ email: 'nobody', role: 'STAFF' }] } })).toEqual(['invitations.0.email']);
    expect(await fieldsOf({ team: { invitations: [TEAM.invitations[1], TEAM.invitations[1]] } })).toEqual(['invitations']);
    expect(await fieldsOf({ preferences: { slotMinutes: 1, appointmentTypes: [{ name: '', durationMinutes: 0 }] } })).toEqual([
      'slotMinutes',
      'appointmentTypes.0.name',
      'appointmentTypes.0.durationMinutes',
    ]);
    expect(await fieldsOf({ plan: { plan: 'FREE' } })).toEqual(['plan']);
    expect(await fieldsOf({ dashboard: { done: false } })).toEqual(['done']);
    expect(await fieldsOf({})).toEqual(['input']);
    expect(await fieldsOf({ organization: ORGANIZATION, dashboard: { done: true } })).toEqual(['input']);
    expect(await t.lookUp('sloppy')).toEqual(tenant);
  });

  it('is for owners only, of their own company only', async () => {
    const tenant = await t.company('private');
    const other = await t.company('elsewhere');
    const { onboarding } = t.subgraph.services;
    await onboarding.start(t.ownerContext(tenant));
    const admin = (of: TenantIdentity): RequestContext => contextFor(of, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }));
    await expect(onboarding.current(admin(tenant))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(onboarding.submit(admin(tenant), 'ORGANIZATION', ORGANIZATION)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(onboarding.start(t.staffContext())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await onboarding.current(t.ownerContext(other))).toBeNull();
  });

  it('begins the trial of a company that was given the free plan', async () => {
    const company = { name: 'Gratis', slug: 'gratis', plan: 'FREE', timeZone: 'UTC', currency: 'USD' };
    const row = await t.subgraph.services.tenants.create(t.staffContext(), company);
    const tenant = await t.lookUp('gratis');
    if (!tenant) throw new Error('No company gratis');
    const owner = t.ownerContext(tenant);
    const { onboarding } = t.subgraph.services;
    await onboarding.start(owner);
    await onboarding.submit(owner, 'ORGANIZATION', {});
    await onboarding.submit(owner, 'TEAM', { invitations: [] });
    await onboarding.submit(owner, 'PREFERENCES', { slotMinutes: 15, appointmentTypes: [] });
    const at = t.clock.now().getTime();
    await onboarding.submit(owner, 'PLAN', { plan: 'ENTERPRISE' });
    const after = await t.subgraph.services.tenants.find(t.ownerContext(tenant), row.id);
    expect(after?.plan).toBe('ENTERPRISE');
    expect(((after?.trialEndsAt?.getTime() ?? 0) - at) / 86_400_000).toBeCloseTo(14, 2);
  });
});
