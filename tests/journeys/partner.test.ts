import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildManifest, type Manifest } from '../../clients/cli/manifest.js';
import { runOperations } from '../../clients/cli/operations.js';
import { signIn as tokenOf } from '../../clients/cli/sign-in.js';
import { createPartnerClient, type PartnerClient } from '../../clients/partner/partner-client.js';
import { eventually } from '../support/runtime.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { startWireTap, type WireTap } from '../support/wire-tap.js';
import { DEMO_PASSWORD, graphOf } from './main-job.js';

const SOURCE = new URL('../../clients/partner/operations.graphql', import.meta.url);
const MANIFEST = new URL('../../schema/partner-operations.json', import.meta.url);

interface Run {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

describe('a partner', () => {
  let platform: TestPlatform;
  let tap: WireTap;
  let folder: string;
  let manifest: Manifest;
  let partner: PartnerClient;
  /** The owner's. */
  let token: string;

  const run = async (...args: readonly string[]): Promise<Run> => {
    const said: string[] = [];
    const complained: string[] = [];
    const code = await runOperations(args, { say: (line) => said.push(line), complain: (line) => complained.push(line) });
    return { code, said: said.join('\n'), complained: complained.join('\n') };
  };
  const asOwner = () => ['--url', platform.url, '--owner', 'acme', '--as', 'owner@acme.example', '--client', 'calendar'];
  const idOf = (name: string): string => manifest.operations.find((operation) => operation.name === name)?.id ?? '';
  const fileWith = async (name: string, content: unknown): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  beforeAll(async () => {
    platform = await startTestPlatform();
    tap = await startWireTap(platform.url);
    folder = await mkdtemp(path.join(tmpdir(), 'spine-manifest-'));
    manifest = JSON.parse(await readFile(MANIFEST, 'utf8')) as Manifest;
    token = await tokenOf(graphOf(platform.url, 'acme'), 'acme', 'owner@acme.example', DEMO_PASSWORD);
    partner = createPartnerClient({
      url: tap.url,
      host: 'acme.localhost',
      apiKey: token,
      manifest,
    });
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await tap.stop();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has a manifest that is what its operations make', async () => {
    expect(manifest).toEqual(buildManifest(await readFile(SOURCE, 'utf8')));
  });

  it('is told in lines what does not fit, and nothing is published', async () => {
    const body = 'query Wrong {\n  services { edges { node { colour } } }\n}';
    const { operations } = buildManifest(body);
    const wrong = await fileWith('wrong.json', { ...manifest, operations: [...operations, { ...manifest.operations[0], id: 'abc' }] });
    const { code, complained } = await run('publish', wrong, ...asOwner(), '--version', '1.0.0');
    expect(code).toBe(1);
    expect(complained).toMatch(/^Wrong: line \d+, column \d+: Cannot query field "colour" on type "Service"/m);
    expect(complained).toMatch(/^AvailableSlots: the id is not the SHA-256 of the body$/m);
    await expect(run('publish', await fileWith('none.json', '{'), ...asOwner(), '--version', '1')).resolves.toMatchObject({ code: 1, complained: 'The manifest is not JSON' });
    await expect(run('publish', await fileWith('old.json', { format: 'other', version: 2 }), ...asOwner(), '--version', '1')).resolves.toMatchObject({
      code: 1,
      complained: expect.stringContaining('version must be 1') as unknown,
    });
    await expect(run('list', ...asOwner())).resolves.toMatchObject({ code: 1, complained: 'Client application not found' });
    await expect(run('publish')).resolves.toMatchObject({ code: 1, complained: expect.stringContaining('--client is missing') as unknown });
    const stranger = ['--url', platform.url, '--owner', 'acme', '--as', 'client@acme.example', '--client', 'calendar', '--version', '1'];
    await expect(run('publish', MANIFEST.pathname, ...stranger)).resolves.toMatchObject({ code: 1 });
  });

  it('is published by its company, twice with the same result', async () => {
    await expect(run('publish', MANIFEST.pathname, ...asOwner(), '--version', '1.0.0')).resolves.toEqual({
      code: 0,
      said: 'calendar 1.0.0: 5 added, 0 unchanged.',
      complained: '',
    });
    await expect(run('publish', MANIFEST.pathname, ...asOwner(), '--version', '1.0.0')).resolves.toMatchObject({ code: 0, said: 'calendar 1.0.0: 0 added, 5 unchanged.' });
  });

  it('asks, books and listens with ids alone on the wire', async () => {
    const changes = partner.follow('BookingChanges', {});
    const change = changes.next();
    const services = await partner.query('Services', { first: 1 });
    expect(services.errors).toBeUndefined();
    const service = services.data?.services?.edges[0]?.node;
    if (!service) throw new Error('The demo has no service');
    await expect(partner.query('Services', { first: 1 })).resolves.toEqual(services);
    const from = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
    const slots = await partner.query('AvailableSlots', { serviceId: service.id, from, days: 14, first: 1 });
    const slot = slots.data?.availableSlots?.edges[0]?.node;
    if (!slot) throw new Error('The demo has no free time');
    const clients = await graphOf(platform.url, 'acme')
      .as(token)
      .ask<{ clients: { edges: { node: { id: string } }[] } }>('{ clients(first: 1) { edges { node { id } } } }');
    const booked = await partner.mutate('Book', {
      input: {
        serviceId: service.id,
        providerId: slot.provider.id,
        startsAt: slot.startsAt,
        clientId: clients.data?.clients.edges[0]?.node.id ?? '',
        idempotencyKey: 'partner-1',
      },
    });
    expect(booked).toMatchObject({ data: { createBooking: { reference: expect.any(String) as unknown } } });
    const event = await change;
    expect(event.value).toMatchObject({ data: { bookingUpdated: { booking: { startsAt: slot.startsAt } } } });
    await changes.return();

    const sent = tap.sent();
    for (const name of ['Services', 'AvailableSlots', 'Book', 'BookingChanges']) expect(sent).toContain(idOf(name));
    expect(sent).toMatch(/^if-none-match: W\/"/im);
    expect(decodeURIComponent(sent)).not.toMatch(/\b(query|mutation|subscription)\b[^"]*\{|\bnode\b|"query":"[^"]|[?&]query=|bookingUpdated|createBooking/);
  });

  it('is seen to use what it uses, and told when something goes', async () => {
    const used = await eventually(async () => {
      const { said } = await run('list', '--url', platform.url, '--owner', 'acme', '--token', token, '--client', 'calendar');
      return /Services {2}last in 1\.0\.0 {2}used \d+ times, last \d{4}-/.test(said) && said;
    });
    expect(used).toMatch(/BookingById {2}last in 1\.0\.0 {2}used 0 times$/m);

    const retired = await run('retire', idOf('BookingById'), ...asOwner(), '--on', '2020-01-31', '--replacement', idOf('Services'));
    expect(retired).toMatchObject({ code: 0, said: expect.stringContaining(`goes on 2020-01-31T00:00:00.000Z, use ${idOf('Services')}`) as unknown });
    const answer = await partner.query('BookingById', { id: 'bkg_0' });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_RETIRED', replacement: idOf('Services'), sunsetAt: '2020-01-31T00:00:00.000Z' });
    await expect(run('retire', 'x', ...asOwner(), '--on', 'soon')).resolves.toMatchObject({ code: 1, complained: expect.stringContaining('--on must be a date') as unknown });
    await expect(run('retire', 'x', ...asOwner(), '--on', '2030-01-01')).resolves.toMatchObject({ code: 1, complained: 'operations.0: must be a SHA-256 in hexadecimal' });
  });
});
