import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemOf } from '../../../tests/support/booking.js';
import {
  ACME,
  contextFor,
  GLOBEX,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import { prefixQuery, PROVIDER_TYPES } from './provider.js';

describe('providers', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    ({ services } = createBooking(runtime));
    const people = [
      ['Asha Sharma', 'Naming ceremonies and weddings'],
      ['Ravi Iyer', 'Weddings, in Hindi and English'],
      ['Zoë Größe', 'Piano for beginners'],
      ['Gone Away', 'Weddings'],
    ] as const;
    for (const [name, bio] of people) {
      const status = name === 'Gone Away' ? 'INACTIVE' : 'ACTIVE';
      await services.providers.create(systemOf(ACME), { name, bio, type: 'PANDIT', status });
    }
    await services.providers.create(systemOf(GLOBEX), { name: 'Weddings of Globex', type: 'VENDOR' });
  });
  afterAll(() => runtime.stop());

  const search = async (text: string | null, tenant = ACME) =>
    (await services.providers.list(contextFor(tenant), { search: text }))?.edges.map(({ node }) => node.name);

  it('are found by words of name and bio, and by the beginnings of words', async () => {
    expect(await search('weddings')).toEqual(['Asha Sharma', 'Ravi Iyer']);
    expect(await search('WEDD hin')).toEqual(['Ravi Iyer']);
    expect(await search('größ')).toEqual(['Zoë Größe']);
    expect(await search('juggling')).toEqual([]);
  });

  it('are found by names spelled alike when no word fits', async () => {
    expect(await search('Sharmma')).toEqual(['Asha Sharma']);
  });

  it('are all found by nothing, and by what has no word in it', async () => {
    expect(await search(null)).toEqual(['Asha Sharma', 'Ravi Iyer', 'Zoë Größe']);
    expect(await search(' & | ! :* ')).toEqual(['Asha Sharma', 'Ravi Iyer', 'Zoë Größe']);
  });

  it('are found in their own tenant only', async () => {
    expect(await search('weddings', GLOBEX)).toEqual(['Weddings of Globex']);
  });

  it('are taken on by who may change settings, in a zone that exists', async () => {
    const nobody = contextFor(ACME, memberOf(['appointments:update']));
    const input = { name: 'New', type: 'TUTOR' } as const;
    await expect(services.providers.create(nobody, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const owner = contextFor(GLOBEX, memberOf(['settings:update']));
    for (const timeZone of ['Asia/Kolkata', 'Asia/Calcutta', 'UTC', null]) {
      await expect(services.providers.create(owner, { ...input, timeZone })).resolves.toMatchObject({ timeZone });
    }
    for (const type of PROVIDER_TYPES) {
      await expect(services.providers.create(owner, { ...input, type })).resolves.toMatchObject({ type });
    }
    for (const timeZone of ['Mars/Base', '+05:30', '']) {
      const refused = services.providers.create(owner, { ...input, timeZone });
      await expect(refused).rejects.toThrow('timeZone: must be an IANA');
    }
  });

  it('are linked to a person who signs in, one to one, by who manages people', async () => {
    const [one, other] = (await services.providers.list(contextFor(ACME), {}))?.edges.map(({ node }) => node.id) ?? [];
    if (one === undefined || other === undefined) throw new Error('there are two');
    const manager = contextFor(ACME, memberOf(['users:manage']));
    const userId = uuidv7();
    expect(await services.providers.link(manager, one, userId)).toMatchObject({ id: one, userId });
    await expect(services.providers.link(manager, other, userId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(services.providers.link(contextFor(ACME, memberOf(['settings:update'])), one, null)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const [context, id] of [[contextFor(GLOBEX, memberOf(['users:manage'])), one], [manager, uuidv7()]] as const) {
      await expect(services.providers.link(context, id, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await services.providers.link(manager, one, null);
    expect(await services.providers.link(manager, other, userId)).toMatchObject({ id: other, userId });
    const { rows } = await runtime.pools.platform.query<{ payload: unknown }>(
      `SELECT payload FROM kernel.outbox_event WHERE type = 'booking.provider_linked' ORDER BY id`,
    );
    expect(rows.map(({ payload }) => payload)).toEqual([
      { providerId: one, userId },
      { providerId: one, userId: null },
      { providerId: other, userId },
    ]);
  });
});

describe('a search text', () => {
  it('becomes the beginnings of its words, and cannot become an operator', () => {
    expect(prefixQuery("it's a | test!")).toBe('it:* & s:* & a:* & test:*');
    expect(prefixQuery('!&|():*<->')).toBeNull();
  });
});
