import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { createSubgraphs, type Subgraphs } from '../../subgraphs/registry.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { ANONYMOUS } from '../../subgraphs/_kernel/wire/principal.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { createTestFiles } from '../../tests/support/files.js';
import { contextFor, memberOf, startTestRuntime, type TestRuntime } from '../../tests/support/runtime.js';
import { industries, readIndustry, type IndustryPack } from './industry.js';
import { seedIndustry } from './seed-industry.js';
import { seedContext } from './seed-tenant.js';

const NAMES = ['beauty', 'education', 'health', 'hospitality', 'logistics', 'real-estate'];

describe('a company of an industry', () => {
  let runtime: TestRuntime;
  let subgraphs: Subgraphs;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    subgraphs = createSubgraphs(runtime, {
      issuer: 'https://spine.example',
      appName: 'Spine',
      files: createTestFiles(),
      environment: 'test',
      stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', apiBase: 'http://127.0.0.1:9' },
      mail: { smtpUrl: undefined, from: 'no-reply@spine.example' },
      redisUrl: undefined,
    });
    await runtime.database.platform.db.$queryRaw`SELECT 1`;
  });
  afterAll(() => runtime.stop());

  const serviceIdOf = async (tenant: TenantIdentity, name: string): Promise<string> => {
    const { edges } = await subgraphs.booking.services.catalogue.list(seedContext(runtime, tenant), { first: 100 });
    return edges.find(({ node }) => node.name === name)?.node.id ?? '';
  };

  /** The first nights or the first start of a service within four weeks, as the company's own calendar has it. */
  const bookFirst = async (tenant: TenantIdentity, service: IndustryPack['services'][number]) => {
    const visitor = contextFor(tenant, memberOf([]));
    const { availability, reservations, stays } = subgraphs.booking.services;
    const serviceId = await serviceIdOf(tenant, service.name);
    const day = Temporal.Now.plainDateISO(tenant.timeZone).add({ days: 3 });
    if (service.stay) {
      const [arrival, departure] = [day.toString(), day.add({ days: service.stay.minNights }).toString()];
      return stays.book(visitor, { serviceId, arrival, departure, idempotencyKey: uuidv7() });
    }
    const from = day.toString();
    const slots = await availability.search(visitor, { serviceId, from, days: 28, first: 1 });
    const slot = slots?.edges[0]?.node;
    if (!slot) throw new Error(`Nothing of ${service.name} is free`);
    const wanted = { serviceId, providerId: slot.provider.id, startsAt: slot.startsAt, idempotencyKey: uuidv7() };
    return reservations.create(visitor, wanted);
  };

  it.each(NAMES)('%s: is made of its pack, and can be booked', async (name) => {
    const pack = await readIndustry(name);
    const tenant = await seedIndustry({ runtime, subgraphs }, pack);
    const context = seedContext(runtime, tenant);
    const { config, workflows } = subgraphs.tenancy.services;

    expect(tenant).toMatchObject({ slug: pack.company.slug, timeZone: pack.company.timeZone, currency: pack.company.currency });
    const labels = await config.list(context, 'labels');
    expect(Object.fromEntries(labels.map(({ key, value }) => [key.slice('labels.'.length), value]))).toEqual(pack.labels);
    for (const { template, locale, subject, body } of pack.mails) {
      const used = (await subgraphs.ops.services.mailWordings.list(context, { locale })).find((one) => one.template === template);
      expect(used?.words).toMatchObject({ subject, body });
    }
    expect(pack.mails.length).toBeGreaterThan(0);
    const published = (await workflows.definitions.list(context)).filter(({ origin }) => origin === 'TENANT');
    expect(published.map(({ key }) => key).sort()).toEqual(pack.workflows.map(({ key }) => key).sort());
    const rules = await workflows.automation.list(context);
    expect(rules.map((rule) => rule.name).sort()).toEqual(pack.rules.map((rule) => rule.name).sort());

    const services = await subgraphs.booking.services.catalogue.list(context, { first: 100 });
    const pauses = Object.fromEntries(services.edges.map(({ node }) => [node.name, node.intermissionMinutes]));
    expect(pauses).toEqual(Object.fromEntries(pack.services.map((one) => [one.name, one.intermission?.minutes ?? null])));
    for (const { name: called, steps } of pack.services) {
      const made = await subgraphs.booking.services.progress.stepsOf(context, await serviceIdOf(tenant, called));
      expect(made.map((step) => step.name)).toEqual(steps);
    }

    for (const service of pack.services) {
      const priceAmount = BigInt(service.price * (service.stay?.minNights ?? 1));
      expect(await bookFirst(tenant, service)).toMatchObject({ priceAmount, priceCurrency: tenant.currency });
    }
  });

  it('shows a home that everybody finds by the rules of every booking: one viewing at a time, whoever holds it', async () => {
    const tenant = await seedIndustry({ runtime, subgraphs }, await readIndustry('real-estate'));
    const { availability, catalogue, discovery, reservations, reservationStatus } = subgraphs.booking.services;
    const passerBy = contextFor(tenant, ANONYMOUS);
    const listed = await catalogue.list(passerBy, { first: 100 });
    expect(listed.edges.map(({ node }) => node.name)).toContain('Viewing of 14 Elm Street');
    const found = await discovery.discover(passerBy, { sort: 'RELEVANCE', query: 'elm street' });
    expect(found.edges.length).toBe(2);

    const serviceId = await serviceIdOf(tenant, 'Viewing of 14 Elm Street');
    const from = Temporal.Now.plainDateISO(tenant.timeZone).add({ days: 3 }).toString();
    const shown = await availability.search(passerBy, { serviceId, from, days: 14, first: 500 });
    const slots = shown?.edges.map(({ node }) => ({ providerId: node.provider.id, startsAt: node.startsAt })) ?? [];
    const [one, other] = slots.flatMap((first) => {
      const second = slots.find(({ providerId, startsAt }) => providerId !== first.providerId && startsAt.getTime() === first.startsAt.getTime());
      return second ? [first, second] : [];
    });
    if (!one || !other) throw new Error('Nobody shows the home at the same time as somebody else');
    const view = (slot: typeof one) => reservations.create(contextFor(tenant, memberOf([])), { serviceId, ...slot, idempotencyKey: uuidv7() });
    const viewing = await view(one);
    expect(viewing.status).toBe('CONFIRMED');
    await expect(view(other)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    const reasons = await availability.explain(seedContext(runtime, tenant), { serviceId, ...other });
    expect(reasons).toEqual([{ code: 'RESOURCE_TAKEN', detail: 'key 14 elm street' }]);
    const soonAfter = { ...one, startsAt: new Date(one.startsAt.getTime() + 30 * 60_000) };
    await expect(view(soonAfter)).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await reservationStatus.cancel(seedContext(runtime, tenant), viewing.id, null);
    expect(await view(other)).toMatchObject({ status: 'CONFIRMED' });
  });

  it('lets a home for a year to one client alone, a month at a time, each on a bill that comes due as it begins', async () => {
    const tenant = await seedIndustry({ runtime, subgraphs }, await readIndustry('real-estate'));
    const { bookingGroups, clients, providers } = subgraphs.booking.services;
    const desk = contextFor(tenant, memberOf(['appointments:create', 'appointments:read', 'patients:create', 'patients:read']));
    const [serviceId, units] = [await serviceIdOf(tenant, 'The loft at 9 Mill Lane'), await providers.list(desk, { first: 100 })];
    const providerId = units?.edges.find(({ node }) => node.name === '9 Mill Lane')?.node.id ?? '';
    const arrival = Temporal.Now.plainDateISO(tenant.timeZone).add({ years: 1 }).toString();
    const letTo = async (displayName: string) => {
      const { id: clientId } = await clients.create(desk, { displayName });
      const agreed = { serviceId, providerId, clientId, arrival, months: 12, priceAmount: 195_000, idempotencyKey: uuidv7() };
      return bookingGroups.createMonths(desk, agreed);
    };
    await runtime.everythingTold();
    const before = await runtime.log.head();
    const { id } = await letTo('Nora');
    const months = await bookingGroups.bookingsOf(desk, id);
    expect(months.map(({ status, priceAmount }) => [status, priceAmount])).toEqual(Array.from({ length: 12 }, () => ['CONFIRMED', 195_000n]));
    await expect(letTo('Omar')).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });

    await runtime.everythingTold();
    const told = await runtime.log.read({ after: before, limit: 500, tenantId: tenant.id });
    const opening = subgraphs.commerce.reactions.find(({ name }) => name === 'openBillWhenBookingIsCreated');
    const system = seedContext(runtime, tenant);
    for (const event of told.filter(({ type }) => type === opening?.on)) {
      await runtime.database.tenants.transaction(system, async (db) => opening?.handle(system, db, event));
    }
    const books = contextFor(tenant, memberOf(['billing:read']));
    const { payments } = subgraphs.commerce.services;
    const bills = await Promise.all(months.map((month) => payments.billOfBooking(books, month.id)));
    expect(bills.map((bill) => [bill?.status, bill?.amount, bill?.dueAt])).toEqual(months.map(({ startsAt }) => ['OPEN', 195_000n, startsAt]));
    expect(new Set(bills.map((bill) => bill?.id)).size).toBe(12);
  });

  it('is the same company when it is made again', async () => {
    const pack = await readIndustry('health');
    const counted = async (tenant: TenantIdentity) => {
      const db = runtime.database.tenants.of({ tenant });
      return {
        id: tenant.id,
        services: await db.service.count(),
        providers: await db.provider.count(),
        resources: await db.resource.count(),
        rules: await db.automationRule.count(),
        workflows: await db.workflowVersion.count(),
      };
    };
    const tenant = await seedIndustry({ runtime, subgraphs }, pack);
    const once = await counted(tenant);
    const { mailWordings } = subgraphs.ops.services;
    const [mail] = pack.mails;
    const own = { ...mail, subject: 'Ours: {{change}}, {{what}}, {{when}}' };
    await mailWordings.set(seedContext(runtime, tenant), own);
    expect(await counted(await seedIndustry({ runtime, subgraphs }, pack))).toEqual(once);
    const used = await mailWordings.list(seedContext(runtime, tenant), { locale: own.locale });
    expect(used.find(({ template }) => template === own.template)?.words).toMatchObject({ subject: own.subject });
    expect(once).toMatchObject({ services: pack.services.length, providers: pack.providers.length });
  });

  it('names the choices for one that there is not, and what is wrong with one that is', async () => {
    expect(await industries()).toEqual(NAMES);
    const choices = `There is no industry "mining"; choose ${NAMES.join(', ')}.`;
    await expect(readIndustry('mining')).rejects.toThrow(choices);
    await expect(readIndustry('../industry')).rejects.toThrow('There is no industry');
  });

  it('is data alone: nothing that is run asks what the business is', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const slugs = await Promise.all(NAMES.map(async (name) => (await readIndustry(name)).company.slug));
    const named = new RegExp(['industr(?:y|ies)\\b', 'real-estate', ...slugs].join('|'), 'i');
    const asking: string[] = [];
    for (const part of ['subgraphs', 'gateway']) {
      const files = await readdir(path.join(root, part), { recursive: true });
      for (const file of files.filter((one) => one.endsWith('.ts'))) {
        if (named.test(await readFile(path.join(root, part, file), 'utf8'))) asking.push(path.join(part, file));
      }
    }
    expect(asking).toEqual([]);
  });
});
