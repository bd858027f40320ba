import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RouteRequest } from '../subgraphs/_kernel/wire/subgraph-route.js';
import { REFUSED_MUTATIONS_PATH } from '../subgraphs/_kernel/wire/refused-mutations.js';
import { eventually } from '../tests/support/runtime.js';
import { ACME, createSampleEndpoints } from './support/sample-endpoints.js';
import { startSampleGateway, type SampleGateway } from './support/sample-gateway.js';
import { memberToken } from './support/sample-tokens.js';

describe('a mutation that the gateway turns away', () => {
  const reports: unknown[] = [];
  let isDown = true;
  let asked = 0;
  let gateway: SampleGateway;

  beforeAll(async () => {
    const forward = async (request: RouteRequest) => {
      if (request.path !== REFUSED_MUTATIONS_PATH) return null;
      asked += 1;
      if (isDown) throw new Error('ops is down');
      reports.push(JSON.parse(Buffer.from(request.body).toString('utf8')));
      return { status: 202, headers: {}, body: '{}' };
    };
    gateway = await startSampleGateway({}, createSampleEndpoints({ ops: { forward } }));
  });
  afterAll(() => gateway.gateway.stop());

  test('is told to ops as soon as that listens, and holds nobody up', async () => {
    const token = await memberToken(ACME, []);
    const { json } = await gateway.ask('mutation { book(productId: "1") { id } }', { token });
    expect(json.errors?.[0]?.extensions['code']).toBeDefined();
    await eventually(async () => asked > 0);
    expect(reports).toEqual([]);
    isDown = false;
    await eventually(async () => reports.length === 1);
    expect(reports[0]).toMatchObject({ mutations: ['book'], code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
  });
});
