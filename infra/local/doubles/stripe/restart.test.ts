import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sdkFor, startDouble, startReceiver, WEBHOOK_SECRET } from './double-for-tests.js';
import type { StripeDouble } from './stripe-double.js';

let folder: string;
let stateFile: string;
let running: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stripe-double-'));
  stateFile = join(folder, 'nested', 'stripe.jsonl');
});
afterEach(async () => {
  for (const double of running) await double.stop();
  running = [];
  await rm(folder, { recursive: true });
});

const start = async (options: Parameters<typeof startDouble>[0] = {}): Promise<StripeDouble> => {
  const double = await startDouble({ stateFile, ...options });
  running.push(double);
  return double;
};
const order = {
  amount: 2_000,
  currency: 'eur',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const;

describe('a double with a state file', () => {
  it('still knows after a restart what it answered before', async () => {
    const before = await start();
    const intent = await sdkFor(before).paymentIntents.create(
      { ...order, payment_method: 'pm_card_visa' },
      { idempotencyKey: 'k1' },
    );
    await before.stop();

    const after = sdkFor(await start());
    expect(await after.paymentIntents.retrieve(intent.id)).toEqual(intent);
    const replayed = await after.paymentIntents.create(
      { ...order, payment_method: 'pm_card_visa' },
      { idempotencyKey: 'k1' },
    );
    expect(replayed.id).toBe(intent.id);
    expect(await after.paymentIntents.confirm(intent.id)).toMatchObject({ status: 'succeeded' });
  });

  it('has in the file what it has answered, even when it is never stopped', async () => {
    const double = await start();
    const { id } = await sdkFor(double).customers.create({ name: 'Ada' });
    expect(await readFile(stateFile, 'utf8')).toContain(id);
    expect(await sdkFor(await start()).customers.retrieve(id)).toMatchObject({ name: 'Ada' });
  });

  it('drops a line that a crash tore', async () => {
    const before = await start();
    const { id } = await sdkFor(before).customers.create({ name: 'Ada' });
    await before.stop();
    await appendFile(stateFile, '{"collection":"customers","id":"cus_torn","val');
    const after = sdkFor(await start());
    expect((await after.customers.list()).data.map((customer) => customer.id)).toEqual([id]);
    await after.customers.create({ name: 'Bea' });
    expect((await sdkFor(await start()).customers.list()).data.map(({ name }) => name)).toEqual([
      'Bea',
      'Ada',
    ]);
  });

  it('delivers after the restart what it could not deliver before', async () => {
    const receiver = await startReceiver();
    running.push(receiver);
    const webhook = {
      url: receiver.url,
      secret: WEBHOOK_SECRET,
      retries: { firstDelayMilliseconds: 60_000 },
    };
    const refused = new Promise<void>((resolve) => receiver.onDelivery(resolve));
    receiver.answerNext(500);
    const before = await start({ webhook });
    await sdkFor(before).customers.create({});
    await refused;
    await before.stop();

    const after = await start({ webhook });
    await after.control.webhooksIdle();
    expect(receiver.received.map(({ payload }) => JSON.parse(payload) as { type: string })).toMatchObject([
      { type: 'customer.created' },
      { type: 'customer.created' },
    ]);
  });

  it('keeps the file no larger than what is remembered', async () => {
    const double = await start();
    const { id } = await sdkFor(double).customers.create({});
    for (let index = 0; index < 20; index += 1)
      await sdkFor(double).customers.update(id, { name: `name ${index}` });
    await double.stop();
    const grown = (await readFile(stateFile, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"collection":"customers"'));
    expect(grown).toHaveLength(21);
    await (await start()).stop();
    const compacted = (await readFile(stateFile, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"collection":"customers"'));
    expect(compacted).toHaveLength(1);
  });

  it('says so when the file is not its own, and lets go of the port', async () => {
    const first = await start();
    await first.stop();
    await appendFile(stateFile, '{"hello":"world"}\n');
    await expect(startDouble({ stateFile, port: first.port })).rejects.toThrow(/line 1 of the state file/);
    await rm(stateFile);
    expect((await start({ port: first.port })).port).toBe(first.port);
  });
});
