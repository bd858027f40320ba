import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { Choices } from './random-choices.js';

/** What one authorization directive asks for. */
export type Need =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'requiresScopes' | 'policy'; readonly anyOf: readonly (readonly string[])[] };

export const SCOPES = ['s:one', 's:two', 's:three'] as const;
export const POLICIES = ['p-one', 'p-two'] as const;

/** Object types that can stand for each composite type of every graph made here. */
export const STANDS_FOR = {
  E0: ['E0'],
  E1: ['E1'],
  E2: ['E2'],
  E3: ['E3'],
  V0: ['V0'],
  V1: ['V1'],
  Node: ['E0', 'E1'],
  Either: ['E0', 'E2', 'V0'],
  Named: ['V1', 'E3'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Composite = keyof typeof STANDS_FOR;

export interface FederationField {
  readonly name: string;
  /** A composite type, or null for a string. */
  readonly to: Composite | null;
  readonly list: boolean;
  readonly nonNull: boolean;
}

/** Three subgraphs made up at random, and what each coordinate of their graph asks for. */
export interface RandomFederation {
  readonly sdl: Readonly<Record<SubgraphOfRandom, string>>;
  readonly supergraphSdl: string;
  /** By name; no two coordinates share one, but for `id` and the fields of interfaces. */
  readonly fields: ReadonlyMap<string, FederationField>;
  /** What `Type.field` asks for: all of it, its own and that of the types on both of its ends. */
  needsOf(coordinate: string): readonly Need[];
}

export const RANDOM_SUBGRAPHS = ['alpha', 'beta', 'gamma'] as const;
export type SubgraphOfRandom = (typeof RANDOM_SUBGRAPHS)[number];

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@shareable", "@external", "@requires", "@tag", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])`;

/** Which types each subgraph can refer to. */
const REACHABLE: Readonly<Record<SubgraphOfRandom, readonly Composite[]>> = {
  alpha: ['E0', 'E1', 'E2', 'E3', 'Node', 'Either', 'V0'],
  beta: ['E2', 'E3', 'Node'],
  gamma: ['E0', 'E1', 'E2', 'E3', 'Named', 'V1'],
};

const directiveOf = (need: Need): string => {
  if (need.kind === 'authenticated') return ' @authenticated';
  const argument = need.kind === 'policy' ? 'policies' : 'scopes';
  return ` @${need.kind}(${argument}: ${JSON.stringify(need.anyOf)})`;
};

const directives = (needs: readonly Need[]): string => needs.map(directiveOf).join('');

function randomNeeds(choices: Choices, chance: number): readonly Need[] {
  if (!choices.percent(chance)) return [];
  const kind = choices.of(['authenticated', 'requiresScopes', 'policy'] as const);
  if (kind === 'authenticated') return [{ kind }];
  const words: readonly string[] = kind === 'policy' ? POLICIES : SCOPES;
  const all = (): readonly string[] => Array.from({ length: 1 + choices.below(2) }, () => choices.of(words));
  return [{ kind, anyOf: Array.from({ length: 1 + choices.below(2) }, all) }];
}

const typeText = ({ to, list, nonNull }: FederationField): string => {
  const name = to ?? 'String';
  return `${list ? `[${name}!]` : name}${nonNull ? '!' : ''}`;
};

/** Collects the graph while it is made up. */
class Draft {
  readonly fields = new Map<string, FederationField>();
  private readonly choices: Choices;
  private readonly ofTypes = new Map<string, readonly Need[]>();
  private readonly ofFields = new Map<string, readonly Need[]>();

  constructor(choices: Choices) {
    this.choices = choices;
  }

  /** Opens an object type; what it asks for is said in one subgraph and holds in all. */
  guarded(type: string): string {
    const needs = randomNeeds(this.choices, 25);
    this.ofTypes.set(type, needs);
    return directives(needs);
  }

  /** A field with needs of its own, for each of the object types it belongs to. */
  field(types: readonly string[], field: FederationField, needs = randomNeeds(this.choices, 35)): string {
    this.fields.set(field.name, field);
    for (const type of types) this.ofFields.set(`${type}.${field.name}`, needs);
    return `${field.name}: ${typeText(field)}${directives(needs)}`;
  }

  text(types: readonly string[], name: string, needs?: readonly Need[]): string {
    return this.field(types, { name, to: null, list: false, nonNull: false }, needs);
  }

  several(type: string, subgraph: SubgraphOfRandom, types: readonly string[] = [type]): string {
    const count = 1 + this.choices.below(3);
    return Array.from({ length: count }, (_, index) =>
      this.field(types, {
        name: `${type.toLowerCase()}_${subgraph}_${index}`,
        to: this.choices.percent(60) ? this.choices.of(REACHABLE[subgraph]) : null,
        list: this.choices.percent(30),
        nonNull: this.choices.percent(15),
      }),
    ).join('\n  ');
  }

  /** Root fields are open only where they say so. */
  root(type: 'Query' | 'Subscription', subgraph: SubgraphOfRandom, count: number): string {
    const lines = Array.from({ length: count }, (_, index) => {
      const needs = randomNeeds(this.choices, 20);
      const field: FederationField = {
        name: `${type.toLowerCase()}_${subgraph}_${index}`,
        to: this.choices.of(REACHABLE[subgraph]),
        list: type === 'Query' && this.choices.percent(40),
        nonNull: false,
      };
      this.fields.set(field.name, field);
      this.ofFields.set(`${type}.${field.name}`, needs);
      const open = needs.length === 0 ? ' @tag(name: "public")' : directives(needs);
      return `${field.name}(n: Int): ${typeText(field)}${open}`;
    });
    return `type ${type} {\n  ${lines.join('\n  ')}\n}`;
  }

  /** A field computed from another has to ask for all that the other asks for. */
  computed(type: string, name: string, from: string): string {
    const needs = this.ofFields.get(`${type}.${from}`) ?? [];
    return `${from}: String @external\n  ${this.text([type], name, needs)} @requires(fields: "${from}")`;
  }

  needsOf(coordinate: string): readonly Need[] {
    const [type = '', name = ''] = coordinate.split('.');
    const to = this.fields.get(name)?.to;
    return [
      ...(this.ofTypes.get(type) ?? []),
      ...(this.ofFields.get(coordinate) ?? []),
      // What an abstract type returns is decided by the types it turns out to be.
      ...((to && this.ofTypes.get(to)) ?? []),
    ];
  }
}

function alphaOf(draft: Draft): string {
  const member = (type: string, extra = ''): string =>
    `type ${type}${extra} @key(fields: "id")${draft.guarded(type)} {
  ${draft.field([type], { name: 'id', to: null, list: false, nonNull: true }).replace(': String!', ': ID!')}
  ${extra ? draft.text([type], 'label') : ''}
  ${draft.several(type, 'alpha')}
  ${type === 'E2' ? draft.text([type], 'e2_source') : ''}
}`;
  return `${HEAD}
${draft.root('Query', 'alpha', 2)}
interface Node @key(fields: "id") { id: ID! label: String }
${member('E0', ' implements Node')}
${member('E1', ' implements Node')}
${member('E2')}
${member('E3')}
type V0${draft.guarded('V0')} {
  ${draft.several('V0', 'alpha')}
}
union Either = E0 | E2 | V0`;
}

const gammaOf = (draft: Draft): string => `${HEAD}
${draft.root('Query', 'gamma', 2)}
${draft.root('Subscription', 'gamma', 1)}
interface Named { title: String }
type E0 @key(fields: "id") { id: ID! ${draft.several('E0', 'gamma')} }
type E1 @key(fields: "id") { id: ID! ${draft.several('E1', 'gamma')} }
type E2 @key(fields: "id") { id: ID! ${draft.several('E2', 'gamma')}
  ${draft.computed('E2', 'e2_middle', 'e2_source')} }
type E3 implements Named @key(fields: "id") { id: ID! ${draft.text(['E3'], 'title')} }
type V1 implements Named${draft.guarded('V1')} {
  ${draft.text(['V1'], 'title')}
  ${draft.several('V1', 'gamma')}
}`;

const betaOf = (draft: Draft): string => `${HEAD}
${draft.root('Query', 'beta', 1)}
type Node @interfaceObject @key(fields: "id") { id: ID! ${draft.several('Node', 'beta', STANDS_FOR.Node)} }
type E2 @key(fields: "id") { id: ID! ${draft.several('E2', 'beta')}
  ${draft.computed('E2', 'e2_last', 'e2_middle')} }
type E3 @key(fields: "id") { id: ID! ${draft.several('E3', 'beta')} }`;

/** Entities, an interface with a key and its interface object, a plain interface, a union and a chain of @requires. */
export function randomFederation(choices: Choices): RandomFederation {
  const draft = new Draft(choices);
  // In this order: a computed field repeats what its source, made up before it, asks for.
  const alpha = alphaOf(draft);
  const gamma = gammaOf(draft);
  const beta = betaOf(draft);
  const sdl = { alpha, beta, gamma };
  const { supergraphSdl, errors } = composeServices(
    RANDOM_SUBGRAPHS.map((name) => ({ name, url: `http://${name}`, typeDefs: parse(sdl[name]) })),
  );
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return {
    sdl,
    supergraphSdl,
    fields: draft.fields,
    needsOf: (coordinate) => draft.needsOf(coordinate),
  };
}
