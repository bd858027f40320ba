import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '../../clients/cli/graph.js';
import { queryDatabase } from '../abuse/database.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { graphOf, signIn, signInAsAdmin } from './main-job.js';

const PASSWORD = 'Spine-demo-1!';
const OWNER = 'olga@kiln.example';
/** A gateway may go on for as long with what it knows of a company. */
const KNOWN_FOR_MS = 40_000;

/** One company from the day it comes to the day it goes, through the one door there is. */
describe('the life of a company', () => {
  let platform: TestPlatform;
  let staff: Graph;
  let owner: Graph;
  let id: string;

  beforeAll(async () => {
    platform = await startTestPlatform();
    staff = await signInAsAdmin(graphOf(platform.url), 'admin@spine.example');
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  /** The one root field of an answer. */
  const ask = async <Answer>(graph: Graph, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    const { data, errors } = await graph.ask<Record<string, Answer>>(query, variables);
    if (errors) throw new Error(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; '));
    return Object.values(data ?? {})[0] as Answer;
  };
  const codeOf = async (graph: Graph, query: string): Promise<string | undefined> =>
    (await graph.ask(query)).errors?.[0]?.extensions?.code;
  const mailTo = (recipient: string, subject: string): Promise<string> =>
    eventually(async () => platform.mailbox.messages(recipient).find((mail) => mail.subject.includes(subject))?.text);
  const step = (mutation: string): Promise<{ status: string }> =>
    ask(staff, `mutation ($id: ID!) { ${mutation} { ... on Tenant { status } ... on UserError { message } } }`, { id });

  it('begins with a welcome to its owner, who becomes one by its link', async () => {
    const created = await ask<{ id: string; status: string; features: readonly { key: string; enabled: boolean }[] }>(
      staff,
      'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { ... on Tenant { id status features { key enabled } } ... on UserError { message } } }',
      { input: { name: 'Kiln', slug: 'kiln', plan: 'STARTER', timeZone: 'UTC', currency: 'USD', owner: { email: OWNER, displayName: 'Olga' } } },
    );
    expect(created).toMatchObject({ status: 'ACTIVE', features: expect.arrayContaining([{ key: 'patient_portal', enabled: true }]) });
    id = created.id;
    const welcome = await mailTo(OWNER, 'Kiln is ready');
    const token = /token=([\w-]+)/.exec(welcome)?.[1];
    const kiln = graphOf(platform.url, 'kiln');
    await ask(kiln, 'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { __typename } }', {
      input: { token, displayName: 'Olga', password: PASSWORD },
    });
    owner = await signIn(kiln, OWNER);
    const seen = await eventually(async () => {
      const tenant = await ask<{ provisioningStatus: string; owners: readonly { email: string }[] }>(
        staff,
        '{ tenantBySubdomain(subdomain: "kiln") { provisioningStatus owners { email } } }',
      );
      return tenant.owners.length > 0 && tenant;
    });
    expect(seen).toEqual({ provisioningStatus: 'READY', owners: [{ email: OWNER }] });
  });

  it('is set up in five steps, from which its colleagues and its services come', async () => {
    const submit = (input: object): Promise<{ nextStep: string | null }> =>
      ask(owner, 'mutation ($input: SubmitOnboardingStepInput!) { submitOnboardingStep(input: $input) { ... on Onboarding { nextStep } ... on UserError { message } } }', { input });
    await ask(owner, 'mutation { startOnboarding { __typename } }');
    await submit({ organization: { name: 'Kiln & Clay', timeZone: 'America/Toronto' } });
    await submit({ team: { invitations: [{ email: 'bo@kiln.example', role: 'STAFF' }] } });
    await submit({ preferences: { slotMinutes: 20, appointmentTypes: [{ name: 'Firing', durationMinutes: 40 }] } });
    await submit({ plan: { plan: 'PROFESSIONAL' } });
    expect(await submit({ dashboard: { done: true } })).toEqual({ nextStep: null });
    expect(await mailTo('bo@kiln.example', 'Olga invites you')).toContain('accept-invitation');
    const services = await eventually(async () => {
      const { edges } = await ask<{ edges: readonly { node: object }[] }>(owner, '{ services { edges { node { name slotStepMinutes } } } }');
      return edges.length > 0 && edges.map(({ node }) => node);
    });
    expect(services).toEqual([{ name: 'Firing', slotStepMinutes: 20 }]);
  });

  it('opens at the hours of wherever it moves, and what was booked before stays when it was', async () => {
    interface Slot { readonly startsAt: string; readonly localStart: string; readonly timeZone: string }
    const { edges } = await ask<{ edges: readonly { node: { id: string } }[] }>(owner, '{ services { edges { node { id } } } }');
    const serviceId = edges[0]?.node.id ?? '';
    const provider = 'mutation ($input: CreateProviderInput!) { createProvider(input: $input) { ... on Provider { id } } }';
    const { id: providerId } = await ask<{ id: string }>(owner, provider, { input: { name: 'Olga', type: 'PARTNER' } });
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
    await ask(owner, 'mutation ($input: SetWorkingHoursInput!) { setWorkingHours(input: $input) { __typename } }', { input: { providerId, hours } });
    await ask(owner, 'mutation ($input: OfferServiceInput!) { offerService(input: $input) { __typename } }', { input: { providerId, serviceId } });
    const day = new Date(Date.now() + 7 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    /** The first start of the day, as soon as the door knows where the company is. */
    const firstIn = (timeZone: string): Promise<Slot> =>
      eventually(async () => {
        const slots = await ask<{ edges: readonly { node: Slot }[] }>(
          owner,
          'query ($serviceId: ID!, $from: LocalDate!) { availableSlots(serviceId: $serviceId, from: $from, days: 1, first: 1) { edges { node { startsAt localStart timeZone } } } }',
          { serviceId, from: day },
        );
        const slot = slots.edges[0]?.node;
        return slot?.timeZone === timeZone && slot;
      }, KNOWN_FOR_MS);
    const book = ({ startsAt }: Slot) =>
      ask<Slot & { readonly id: string }>(
        owner,
        'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { ... on Booking { id startsAt localStart timeZone } ... on UserError { message } } }',
        { input: { serviceId, providerId, startsAt, idempotencyKey: `at ${startsAt}`.replace(' ', '-') } },
      );
    const inToronto = await firstIn('America/Toronto');
    expect(inToronto.localStart).toBe(`${day}T09:00:00`);
    const before = await book(inToronto);
    expect(before).toMatchObject(inToronto);

    const moved = 'mutation { updateTenantSettings(input: { timeZone: "Asia/Tokyo" }) { ... on Tenant { timeZone } ... on UserError { message } } }';
    expect(await ask(owner, moved)).toEqual({ timeZone: 'Asia/Tokyo' });
    const inTokyo = await firstIn('Asia/Tokyo');
    expect(inTokyo).toMatchObject({ startsAt: `${day}T00:00:00.000Z`, localStart: `${day}T09:00:00` });
    expect(await book(inTokyo)).toMatchObject(inTokyo);
    const kept = 'query ($id: ID!) { booking(id: $id) { startsAt localStart timeZone } }';
    expect(await ask(owner, kept, { id: before.id })).toEqual(inToronto);
  });

  it('is locked out with a reason, and let in again with the same token', async () => {
    expect(await step('suspendTenant(id: $id, reason: "Stolen glaze")')).toEqual({ status: 'SUSPENDED' });
    expect(await mailTo(OWNER, 'is suspended')).toContain('Stolen glaze');
    await eventually(async () => (await codeOf(owner, '{ me { id } }')) === 'TENANT_SUSPENDED', KNOWN_FOR_MS);
    expect(await step('reactivateTenant(id: $id)')).toEqual({ status: 'ACTIVE' });
    await mailTo(OWNER, 'active again');
    await eventually(async () => (await codeOf(owner, '{ me { id } }')) === undefined, KNOWN_FOR_MS);
  });

  it('reads and changes nothing once its trial is over, until a plan is chosen', async () => {
    const rename = 'mutation { updateTenantSettings(input: { description: "Pots" }) { ... on Tenant { description } } }';
    // What the schedule does on the fifteenth day, which its own tests wait for with a clock that can be set.
    await queryDatabase(platform, `UPDATE tenancy.tenant SET status = 'TRIAL_EXPIRED', trial_ends_at = now() WHERE slug = 'kiln'`);
    await eventually(async () => (await codeOf(owner, rename)) === 'TENANT_READ_ONLY', KNOWN_FOR_MS);
    expect(await ask(owner, '{ me { displayName } }')).toEqual({ displayName: 'Olga' });
    await signIn(graphOf(platform.url, 'kiln'), OWNER);
    expect(await ask(owner, 'mutation { exportTenant { ... on TenantExport { data } } }')).toMatchObject({ data: { tenant: { slug: 'kiln' } } });
    expect(await ask(owner, 'mutation { choosePlan(plan: PROFESSIONAL) { ... on Tenant { status plan } } }')).toEqual({ status: 'ACTIVE', plan: 'PROFESSIONAL' });
    await eventually(async () => (await codeOf(owner, rename)) === undefined, KNOWN_FOR_MS);
  });

  it('is deleted, and comes back', async () => {
    expect(await step('deleteTenant(id: $id)')).toEqual({ status: 'CANCELLED' });
    await eventually(async () => (await codeOf(graphOf(platform.url, 'kiln'), '{ currentTenant { id } }')) === 'NOT_FOUND', KNOWN_FOR_MS);
    expect(await step('restoreTenant(id: $id)')).toEqual({ status: 'ACTIVE' });
    await eventually(async () => (await codeOf(owner, '{ me { id } }')) === undefined, KNOWN_FOR_MS);
  });

  it('is out of reach for the owner of another, whatever she asks', async () => {
    const stranger = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    for (const attempt of [
      `mutation { suspendTenant(id: "${id}", reason: "x") { __typename } }`,
      'mutation { suspendTenant(id: "tnt_nonsense", reason: "x") { __typename } }',
      `mutation { deleteTenant(id: "${id}") { __typename } }`,
      `mutation { bulkUpdateTenants(ids: ["${id}"], input: { plan: FREE }) { __typename } }`,
      '{ tenants { totalCount } }',
      '{ tenantBySubdomain(subdomain: "kiln") { id } }',
    ]) {
      expect(await codeOf(stranger, attempt)).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    }
    const foreign = await stranger.ask(`mutation { exportTenant(id: "${id}") { ... on UserError { code } } }`);
    const unknown = await stranger.ask(`mutation { exportTenant(id: "tnt_${'0'.repeat(32)}") { ... on UserError { code } } }`);
    expect(foreign.data).toEqual({ exportTenant: { code: 'NOT_FOUND' } });
    expect(unknown).toEqual(foreign);
  });
});
