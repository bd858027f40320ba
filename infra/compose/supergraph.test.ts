import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { formatProblem } from './problem.js';
import { readSubgraphSources, RoverConfigError } from './rover-config.js';
import { composeSupergraph } from './supergraph.js';

const HEAD =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@tag", "@external", "@requires", "@interfaceObject", "@authenticated", "@shareable", "@override", "@context", "@fromContext"])\n';

const compose = (...sdls: readonly string[]) =>
  composeSupergraph(
    sdls.map((sdl, index) => ({ name: `part${index}`, routingUrl: `http://part${index}`, sdl: HEAD + sdl })),
  );

const problemsOf = (...sdls: readonly string[]): readonly string[] => {
  const composition = compose(...sdls);
  return composition.ok ? [] : composition.problems.map(formatProblem);
};

const ROOT = 'type Query { a: A @tag(name: "public") }\n';

describe('composition', () => {
  test('makes a supergraph, the same whatever the order of the parts', () => {
    const sources = [
      { name: 'b', routingUrl: 'http://b', sdl: `${HEAD}type A @key(fields: "id") { id: ID! x: Int }` },
      { name: 'a', routingUrl: 'http://a', sdl: `${HEAD}${ROOT}type A @key(fields: "id") { id: ID! }` },
    ];
    const one = composeSupergraph(sources);
    const other = composeSupergraph([...sources].reverse());
    expect(one.ok && other.ok && one.supergraphSdl === other.supergraphSdl).toBe(true);
  });

  test('names the subgraph, line and column of an error', () => {
    const problems = problemsOf(
      `${ROOT}type A @key(fields: "id") {\n  id: ID!\n  x: Int\n}`,
      'type A @key(fields: "id") { id: ID! x: Int }',
    );
    expect(problems.join('\n')).toMatch(/^part0:5:3 .*on-shareable.*\[INVALID_FIELD_SHARING\]/m);
  });

  test('names the place of a syntax error', () => {
    expect(problemsOf('type Query {')).toEqual([expect.stringMatching(/^part0:2:13 Syntax Error/)]);
  });

  test('shows hints', () => {
    const composition = compose(
      `${ROOT}type A @key(fields: "id") { id: ID! x: Int @shareable }`,
      'type A @key(fields: "id") { id: ID! x: Int! @shareable }',
    );
    expect(composition.hints.join('\n')).toMatch(/INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE/);
  });

  test.each([
    [
      'arguments inside @requires',
      'type A @key(fields: "id") { id: ID! price(c: Int): Int @external vat: Int @requires(fields: "price(c: 1)") }',
      'type A @key(fields: "id") { id: ID! price(c: Int): Int }',
      /^part0:3:\d+ @requires of vat passes arguments/m,
    ],
    [
      'one field required with different arguments',
      'type A @key(fields: "id") { id: ID! price(c: Int): Int @external\n vat: Int @requires(fields: "price(c: 1)")\n tax: Int @requires(fields: "price(c: 2)") }',
      'type A @key(fields: "id") { id: ID! price(c: Int): Int }',
      /^part0:5:\d+ @requires of tax passes arguments/m,
    ],
    [
      'an interface object whose key cannot be resolved',
      'interface M @key(fields: "id") { id: ID! } type A implements M @key(fields: "id") { id: ID! }',
      'type M @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }',
      /^part1:2:\d+ @interfaceObject M has a key that is not resolvable/m,
    ],
    [
      'nested keys that overlap',
      'type A @key(fields: "org { id }") @key(fields: "org { id region }") { org: Org } type Org { id: ID! region: String }',
      '',
      /^part0:3:\d+ keys select different fields of A\.org/m,
    ],
    [
      '@context',
      'type A @key(fields: "id") @context(name: "c") { id: ID! n: Int b: B } type B @key(fields: "id") { id: ID! x(n: Int @fromContext(field: "$c { n }")): Int }',
      '',
      /^part0:3:\d+ @context is ignored by the executor/m,
    ],
    [
      '@override for some requests only',
      'type A @key(fields: "id") { id: ID! x: Int }',
      'type A @key(fields: "id") { id: ID! x: Int @override(from: "part0", label: "percent(20)") }',
      /^part1:2:\d+ @override of x has a label/m,
    ],
  ])('refuses %s, which would be answered wrongly', (_what, first, second, message) => {
    expect(problemsOf(...[ROOT + first, second].filter(Boolean)).join('\n')).toMatch(message);
  });

  test('refuses a root field of which nobody has decided who may use it', () => {
    expect(problemsOf('type Query { open: Int @tag(name: "public") closed: Int @authenticated forgotten: Int }')).toEqual([
      expect.stringMatching(/^part0:2:\d+ Query\.forgotten carries neither/),
    ]);
  });
});

describe('a rover.yaml', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spine-rover-'));
    await mkdir(path.join(folder, 'schema'));
    await writeFile(path.join(folder, 'schema/a.graphql'), HEAD + ROOT);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const listed = async (yaml: string) => {
    await writeFile(path.join(folder, 'rover.yaml'), yaml);
    return readSubgraphSources(path.join(folder, 'rover.yaml'));
  };

  test('says of each subgraph where it is and what it has, its files beside it', async () => {
    const yaml = 'federation_version: =2.12.0\nsubgraphs:\n  a:\n    routing_url: http://a:1/graphql\n    schema:\n      file: schema/a.graphql\n';
    expect(await listed(yaml)).toEqual([{ name: 'a', routingUrl: 'http://a:1/graphql', sdl: HEAD + ROOT }]);
  });

  test('that cannot be used is refused with what is amiss', async () => {
    await expect(listed('subgraphs:\n  a:\n    schema:\n      file: schema/a.graphql\n')).rejects.toThrow(/^rover\.yaml: subgraphs\.a\.routing_url /);
    const missing = listed('subgraphs:\n  a:\n    routing_url: http://a\n    schema:\n      file: schema/none.graphql\n');
    await expect(missing).rejects.toThrow('The schema of a cannot be read from schema/none.graphql.');
    await expect(missing).rejects.toThrow(RoverConfigError);
  });
});
