import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createRichGateway, type RichGateway } from '../../support/rich-graph/rich-gateway.js';

let gateway: RichGateway;

beforeAll(async () => {
  gateway = await createRichGateway();
});
beforeEach(() => {
  gateway.fetches.length = 0;
});

type Variables = Readonly<Record<string, unknown>>;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function answersAsOneSchemaWould(source: string, variables: Variables = {}): Promise<void> {
  const operation = await gateway.plan(source, variables);
  const { data, errors } = await gateway.ours(operation);
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data)).toBe(JSON.stringify((await gateway.whole(source, variables)).data));
  expect(plain((await gateway.stock(operation)).data)).toEqual(plain(data));
}

describe('an alias that is the name of', () => {
  test.each([
    ['a key', '{ users { id: name balance } }'],
    ['a key, on another entity’s key', '{ orders { id: number customer { id: email orders { id } } total } }'],
    ['another key of the same entity', '{ users { email: id id: email balance opinion } }'],
    ['the type name', '{ users { __typename: name balance } items { __typename: title rating } }'],
    ['the type name, which is itself asked under a key’s name', '{ items { id: __typename __typename: id rating } }'],
    ['one part of a composite key', '{ variants { sku: itemId itemId: sku class } }'],
    ['a part of a nested composite key', '{ orders { warehouse { location { country: code code: country } zones } } }'],
    ['the object of a nested composite key', '{ orders { warehouse { location: name zones } } }'],
    ['a required field', '{ users { tags: name role: id opinion } }'],
    ['a field inside a required object', '{ orders { lines { quantity: __typename item: variant { itemId } } packing } }'],
    ['a required object', '{ orders { payment: number lines: status surcharge packing } }'],
    ['a field required of a type of a union', '{ orders { payment { ... on Card { brand: id holder: amount } ... on Transfer { iban: id } } surcharge } }'],
    ['a key, inside fragments', '{ users { ...A ... on User { role: name } balance } } fragment A on Node { id: __typename ... on User { email: id } }'],
    ['a provided field', '{ orders { customer { name: id title: name balance } } }'],
    ['a property of every object', '{ constructor: users { toString: id valueOf: name hasOwnProperty: balance } }'],
    ['a prototype', '{ users { __proto__: id balance } }'],
    ['an alias the planner makes itself', '{ items { ... on Book { blurb blurb__alias_0: isbn } ... on Film { blurb } } }'],
    ['a fetched name of ours', '{ users { asked_id_: name id: email asked_0123456789ab_id_: id balance } }'],
  ])('%s is not taken for it', async (_what, source) => {
    await answersAsOneSchemaWould(source);
  });
});

describe('names', () => {
  test('never join one entity to the data of another', async () => {
    // Every alias names another user’s key: a mistake would fetch that user’s balance.
    await answersAsOneSchemaWould('{ users(first: 4) { id manager { id } email: legacyName balance parcels { id: code } } }');
    await answersAsOneSchemaWould('{ people { manager { id: email balance } id: email friends { email: id balance } } }');
    const asked = gateway.fetches.filter(({ subgraph }) => subgraph === 'shipping').flatMap(({ variables }) => variables['representations']);
    for (const { email, id } of asked as { readonly email?: string; readonly id?: string }[]) {
      expect(email ?? `${id}@example.com`).toMatch(/^u\d@example\.com$/);
    }
  });

  test('tell a field apart from itself with arguments', async () => {
    await answersAsOneSchemaWould(
      '{ items { ... on Book { reviews(first: 2) { x: verdict } } ... on Film { reviews(first: 1) { x: verdict } } ... on Song { x: rating } } }',
    );
    await answersAsOneSchemaWould('{ items { ... on Book { price(currency: USD) } ... on Film { price(currency: EUR) } rating } }');
  });

  test('are the same for arguments in another order', async () => {
    await answersAsOneSchemaWould(
      'query($n: Int, $r: Role) { id: users(first: $n, role: $r) { name } id: users(role: $r, first: $n) { balance } }',
      { n: 1, r: 'ADMIN' },
    );
  });

  test('leave a variable to the client that has the name of the planner’s', async () => {
    await answersAsOneSchemaWould(
      'query($representations: Int, $id: ID!) { items(first: $representations) { rating reviews(first: $representations) { id } } user(id: $id) { balance } }',
      { representations: 2, id: 'u2' },
    );
  });

  test('of errors are those the client asked by', async () => {
    const { errors } = await gateway.ours(await gateway.plan('{ id: users { email: risky id: id tags: balance } }'));
    expect(errors?.map(({ path }) => path)).toEqual([['id', 1, 'email']]);
  });

  test('that cannot be mistaken are sent as they are', async () => {
    await answersAsOneSchemaWould('{ people { called: name id has: balance } }');
    expect(gateway.fetches[0]?.source).toContain('called:name');
  });
});
