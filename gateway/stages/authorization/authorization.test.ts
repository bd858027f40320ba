import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { createSampleEndpoints, type SampleEndpoints } from '../../support/sample-endpoints.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { createSamplePlanner, member, type PlanOptions, type Planner } from '../../support/planned-operation.js';
import { createExecutor } from '../execution/execution.js';

let planner: Planner;
let sample: SampleEndpoints;

beforeAll(async () => {
  planner = await createSamplePlanner();
});
beforeEach(() => {
  sample = createSampleEndpoints();
});

async function ask(source: string, options?: PlanOptions) {
  const observer = { fetched: () => undefined, fellBack: () => undefined };
  const { logger } = createRecordingLogger();
  const executor = createExecutor({ endpoints: sample.endpoints, observer, logger, requestTimeoutMs: 5_000 });
  return executor.execute(await planner.plan(source, options));
}

const fetched = (): string => sample.calls.map((call) => call.source).join('\n');
const codes = (result: Awaited<ReturnType<typeof ask>>) =>
  (result.errors ?? []).map(({ path, extensions }) => `${path?.join('.') ?? ''} ${String(extensions['code'])}`);

describe('authorization', () => {
  test('answers a field that needs a permission with null and its path, and never fetches it', async () => {
    const result = await ask('{ user(id: "u1") { name email } }', { principal: member('appointments:read') });
    expect(result.data).toEqual({ user: { name: 'User u1', email: null } });
    expect(codes(result)).toEqual(['user.email UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(fetched()).not.toMatch(/email/);
  });

  test('gives it to whoever has any of the permissions it names', async () => {
    for (const permission of ['patients:read', 'users:manage']) {
      const result = await ask('{ user(id: "u1") { email } }', { principal: member(permission) });
      expect(result).toEqual({ data: { user: { email: 'u1@example.com' } } });
    }
  });

  test('fetches an object of which nothing may be seen only to know whether it is there', async () => {
    const result = await ask('{ user(id: "u1") { email } }');
    expect(result.data).toEqual({ user: { email: null } });
    expect(fetched()).toMatch(/__typename/);
  });

  test('lets the null of a forbidden field that may not be null rise', async () => {
    const result = await ask('{ user(id: "u1") { name passport } }');
    expect(result.data).toEqual({ user: null });
    expect(codes(result)).toEqual(['user.passport UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test('fetches nothing when every root field is refused, and says that signing in would help', async () => {
    const result = await ask('{ me { id } admins { id } }');
    expect(codes(result)).toEqual(['me UNAUTHENTICATED', 'admins UNAUTHENTICATED']);
    expect(sample.calls).toHaveLength(0);
  });

  test('says that it is not allowed to somebody who is signed in', async () => {
    expect(codes(await ask('{ a: admins { id } }', { principal: member('users:manage') }))).toEqual([
      'a UNAUTHORIZED_FIELD_OR_TYPE',
    ]);
  });

  test('refuses a root field of which nobody decided who may use it, to everyone', async () => {
    const result = await ask('{ forgotten }', { principal: member('patients:read', 'users:manage') });
    expect(result.data).toEqual({ forgotten: null });
    expect(sample.calls).toHaveLength(0);
  });

  test('does not run a refused mutation, but runs the others', async () => {
    const source = 'mutation { book(productId: "p1") { id } rename(id: "u1", name: "New") { name } }';
    const result = await ask(source, { principal: member('appointments:read') });
    expect(fetched()).not.toMatch(/book/);
    expect(fetched()).toMatch(/rename/);
    expect(result.data).toBeNull();
  });

  test('asks the policy that a field names, and denies what no policy allows', async () => {
    expect((await ask('{ user(id: "u2") { score } }', { principal: member('users:manage') })).data).toEqual({
      user: { score: 10 },
    });
    expect(codes(await ask('{ user(id: "u2") { score } }', { principal: member('patients:read') }))).toEqual([
      'user.score UNAUTHORIZED_FIELD_OR_TYPE',
    ]);
  });

  test('decides a field of an interface for each type it may stand for', async () => {
    const source = '{ places { __typename ... on Room { beds } ... on Hall { name capacity } ... on Vault { code } } }';
    const result = await ask(source);
    expect(result.data).toEqual({
      places: [
        { __typename: 'Room', beds: 2 },
        { __typename: 'Hall', name: 'Hall', capacity: null },
        { __typename: 'Vault', code: null },
      ],
    });
    expect(codes(result)).toEqual(['places.capacity UNAUTHORIZED_FIELD_OR_TYPE', 'places.code UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(fetched()).not.toMatch(/capacity|code/);
  });

  test('narrows a field asked of the interface to the types that may show it', async () => {
    const { permitted } = await planner.plan('{ places { name } }');
    const text = print(permitted!).replace(/\s+/g, ' ');
    expect(text).toContain('... on Room { name }');
    expect(text).toContain('... on Hall { name }');
    expect(text).not.toContain('Vault');
  });

  test('writes named fragments out, and prunes them where they are spread', async () => {
    const source = 'query($x: Boolean!) { user(id: "u1") { ...F } users { ...F @include(if: $x) } } fragment F on User { name email }';
    const result = await ask(source, { variables: { x: true } });
    expect(codes(result)).toEqual(['user.email UNAUTHORIZED_FIELD_OR_TYPE', 'users.email UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(fetched()).not.toMatch(/email/);
    expect(result.data?.['user']).toEqual({ name: 'User u1', email: null });
  });

  test('drops variables that nothing uses any more', async () => {
    const source = 'query($id: ID!, $first: Int!) { booking(id: $id) { notes } bookings(first: $first) { id } }';
    const { permitted } = await planner.plan(source, { variables: { id: 'b1', first: 1 } });
    expect(print(permitted!)).toContain('$first');
    expect((await ask(source, { variables: { id: 'b1', first: 1 } })).data).toMatchObject({ bookings: [{ id: 'b1' }] });
  });
});

describe('the plan cache', () => {
  test('is not shared between sets of permissions', async () => {
    const source = '{ user(id: "u1") { id name nickname email } }';
    const [few, many] = [member('appointments:read'), member('patients:read')];
    await ask(source, { principal: few });
    expect((await ask(source, { principal: many })).data).toMatchObject({ user: { email: 'u1@example.com' } });
    sample.calls.length = 0;
    await ask(source, { principal: few });
    expect(fetched()).not.toMatch(/email/);
  });

  test('finds the plan of a document again for everyone who may see the same', async () => {
    planner.cache.length = 0;
    const source = '{ users { id score } }';
    await planner.plan(source, { principal: member('patients:read') });
    await planner.plan(source, { principal: member('appointments:read', 'billing:read') });
    expect(planner.cache).toEqual(['miss', 'hit']);
  });
});
