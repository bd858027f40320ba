import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { sampleSupergraph } from '../support/sample-graph.js';
import { createRecordingLogger, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { watchSupergraphFile, type WatchedFile } from './supergraph-file.js';

const described = (text: string): string => sampleSupergraph.replace('type Booking\n', `"""${text}"""\ntype Booking\n`);

class SocketOfAcme extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { headers: { host: 'acme.spine.test' } });
  }
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('Nothing came of it within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the file of the supergraph', () => {
  let folder: string;
  let file: string;
  let gateway: SampleGateway;
  let watched: WatchedFile;
  const { logger, lines } = createRecordingLogger();

  const description = async (): Promise<unknown> => {
    const { json } = await gateway.ask('{ __type(name: "Booking") { description } }');
    return (json.data?.['__type'] as { description: string | null }).description;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spine-supergraph-'));
    file = path.join(folder, 'supergraph.graphql');
    await writeFile(file, sampleSupergraph);
    gateway = await startSampleGateway();
    watched = watchSupergraphFile(file, sampleSupergraph, (sdl) => gateway.gateway.replaceSupergraph(sdl), logger);
  });
  afterAll(async () => {
    watched.close();
    await gateway.gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('is taken over while requests and a subscription go on as if nothing had happened', async () => {
    const client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: SocketOfAcme, retryAttempts: 0 });
    const stream = client.iterate({ query: 'subscription { pulse(count: 3) { id customer { name } } }' });
    const events = [await stream.next()];

    let asked = 0;
    const failures: unknown[] = [];
    let going = true;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (going) {
          const { status, json } = await gateway.ask('{ bookings(first: 3) { id customer { name } product { title } } }');
          asked += 1;
          if (status !== 200 || json.errors) failures.push(json);
        }
      }),
    );
    await writeFile(file, described('Described anew.'));
    await eventually(async () => (await description()) === 'Described anew.');
    going = false;
    await load;
    events.push(await stream.next(), await stream.next());
    await client.dispose();

    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(10);
    expect(events.map(({ value }) => (value as { errors?: unknown }).errors)).toEqual([undefined, undefined, undefined]);
  });

  test('is taken over when another file is moved to its place', async () => {
    await writeFile(`${file}.next`, described('Moved here.'));
    await rename(`${file}.next`, file);
    await eventually(async () => (await description()) === 'Moved here.');
  });

  test('changes nothing when it is not a supergraph, and says so', async () => {
    await writeFile(file, 'type Query { nothing: Nowhere }');
    await eventually(async () => lines.some(({ level }) => level === 'error'));
    expect(await description()).toBe('Moved here.');
    expect((await gateway.ask('{ users { id } }')).status).toBe(200);
  });
});
