import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, type OperationDefinitionNode } from 'graphql';
import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { TenantStatus } from '../../../subgraphs/_kernel/wire/tenant.js';
import { member } from '../../support/planned-operation.js';
import { ACME, LAPSED } from '../../support/sample-endpoints.js';
import { createRecordingLogger, startSampleGateway, type SampleGateway } from '../../support/sample-gateway.js';
import { sampleSupergraph } from '../../support/sample-graph.js';
import { memberToken } from '../../support/sample-tokens.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { loadSupergraph } from '../../supergraph/supergraph-life.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { createReadOnlyStage } from './read-only.js';

const STAFF: Principal = {
  kind: 'platform',
  adminId: 'a1',
  sessionId: 's1',
  roles: ['SUPPORT'],
  permissions: [],
  assurance: { level: 'aal1', at: 0 },
};

describe('a company whose trial is over', () => {
  let generation: SupergraphGeneration;
  const stage = createReadOnlyStage();

  beforeAll(async () => {
    generation = (await loadSupergraph(sampleSupergraph, createRecordingLogger().logger)).current();
  });

  const pass = (source: string, principal: Principal = member(), status: TenantStatus = 'TRIAL_EXPIRED') => {
    const document = parse(source);
    const definition = document.definitions[0] as OperationDefinitionNode;
    const caller = { tenant: { ...ACME, status }, principal };
    return stage({ caller, source, document, definition, generation } as unknown as ValidOperation);
  };

  const BOOK = 'mutation { book(productId: "p1") { id } }';
  const SIGN_IN = 'mutation { signIn(input: { email: "a@b.example", password: "x" }) }';

  test('changes nothing, and still reads', async () => {
    await expect(pass(BOOK)).rejects.toMatchObject({ code: 'TENANT_READ_ONLY', message: expect.stringContaining('book') });
    await expect(pass('{ users { id } }')).resolves.toBeDefined();
    await expect(pass('subscription { pulse { id } }')).resolves.toBeDefined();
  });

  test('still proves who its people are, and does what is marked', async () => {
    await expect(pass(SIGN_IN)).resolves.toBeDefined();
    await expect(pass('mutation { __typename keep }')).resolves.toBeDefined();
  });

  test('hides no change behind one that is allowed, an alias or a fragment', async () => {
    const refused = { code: 'TENANT_READ_ONLY' };
    await expect(pass('mutation { keep book(productId: "p1") { id } }')).rejects.toMatchObject(refused);
    await expect(pass('mutation { keep: book(productId: "p1") { id } }')).rejects.toMatchObject(refused);
    await expect(pass('mutation { ... { book(productId: "p1") { id } } }')).rejects.toMatchObject(refused);
    await expect(
      pass('mutation { ...A } fragment A on Mutation { keep ...B } fragment B on Mutation { book(productId: "p1") { id } }'),
    ).rejects.toMatchObject(refused);
  });

  test('is no concern of staff of the platform, nor of any other company', async () => {
    await expect(pass(BOOK, STAFF)).resolves.toBeDefined();
    await expect(pass(BOOK, member(), 'ACTIVE')).resolves.toBeDefined();
  });

  describe('over HTTP', () => {
    let sample: SampleGateway;
    beforeAll(async () => {
      sample = await startSampleGateway();
    });
    afterAll(() => sample.gateway.stop());

    test('is told so by a code, and no subgraph hears of it', async () => {
      const token = await memberToken(LAPSED, ['appointments:create']);
      const answer = await sample.ask(BOOK, { host: 'lapsed.spine.test', token });
      expect(answer.json.errors?.[0]?.extensions['code']).toBe('TENANT_READ_ONLY');
      expect(sample.calls).toHaveLength(0);
      const read = await sample.ask('{ users { id } }', { host: 'lapsed.spine.test', token });
      expect(read.json.errors).toBeUndefined();
    });
  });
});
