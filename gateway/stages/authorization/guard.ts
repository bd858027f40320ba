import { deny, shield } from 'graphql-shield';
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { permissionsOf, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { Asker, OperationAsker } from './policies.js';
import type { CompiledRules } from './rule-tree.js';

/** Says which of some `Type.field` coordinates somebody may not see. */
export interface Guard {
  /** Everything that has a rule, and so has to be asked about. */
  readonly guarded: ReadonlySet<string>;
  deniedTo(asker: Asker, coordinates: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

type ShieldedField = (
  resolve: () => unknown,
  parent: object,
  args: object,
  context: OperationAsker,
  info: Pick<GraphQLResolveInfo, 'fieldName' | 'schema'>,
) => Promise<unknown>;

/** Shield wraps a combination of rules, beside which it keeps the fragments they would need. */
type Shielded = ShieldedField | { readonly resolve: ShieldedField };

const ALLOWED = Symbol('allowed');
const NOT_ALLOWED = new Error('not allowed');

/** How many standings are remembered for one operation. */
const STANDINGS_KEPT = 64;

const standings = new WeakMap<Principal, string>();

/** Tells apart what rules without a policy can tell apart. A principal never changes once it is made. */
function standingOf(principal: Principal): string {
  const known = standings.get(principal);
  if (known !== undefined) return known;
  const standing = `${principal.kind} ${permissionsOf(principal).join(' ')}`;
  standings.set(principal, standing);
  return standing;
}

/**
 * Runs the rule tree through graphql-shield, whose generated functions are called with a resolver that only
 * says that it was reached. A gateway has no resolvers to wrap: shield on its schema would never be asked.
 */
export function createGuard(schema: GraphQLSchema, rules: CompiledRules): Guard {
  const inSchema = Object.fromEntries(
    Object.entries(rules.tree)
      .filter(([type]) => schema.getType(type) !== undefined)
      .map(([type, fields]) => [type, onlyFieldsOf(schema, type, fields)]),
  );
  const middleware = shield(inSchema, {
    fallbackRule: deny,
    fallbackError: NOT_ALLOWED,
    allowExternalErrors: false,
  }).generate(schema) as unknown as Record<string, Record<string, Shielded>>;

  const remembered = new LRUCache<string, boolean>({ max: 20_000 });

  const evaluate = async (asker: OperationAsker, coordinate: string): Promise<boolean> => {
    const [type = '', field = ''] = coordinate.split('.');
    const shielded = middleware[type]?.[field];
    const askShield = typeof shielded === 'function' ? shielded : shielded?.resolve;
    // The asker is copied because shield writes a cache of its own onto the context it is given.
    const answer = await askShield?.(() => ALLOWED, {}, {}, { ...asker }, { fieldName: field, schema });
    return answer === ALLOWED;
  };

  const allows = async (asker: OperationAsker, standing: string, coordinate: string): Promise<boolean> => {
    if (rules.byPolicy.has(coordinate)) return evaluate(asker, coordinate);
    const key = `${coordinate} ${standing}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const answer = await evaluate(asker, coordinate);
    remembered.set(key, answer);
    return answer;
  };

  const verdicts = new WeakMap<ReadonlySet<string>, LRUCache<string, ReadonlySet<string>>>();

  const verdictsOn = (coordinates: ReadonlySet<string>): LRUCache<string, ReadonlySet<string>> => {
    const known = verdicts.get(coordinates);
    if (known) return known;
    const fresh = new LRUCache<string, ReadonlySet<string>>({ max: STANDINGS_KEPT });
    verdicts.set(coordinates, fresh);
    return fresh;
  };

  const ask = async (asker: Asker, standing: string, coordinates: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
    const operation: OperationAsker = { ...asker, answers: new Map() };
    const denied = new Set<string>();
    for (const coordinate of coordinates) {
      if (!(await allows(operation, standing, coordinate))) denied.add(coordinate);
    }
    return denied;
  };

  return {
    guarded: rules.guarded,
    async deniedTo(asker, coordinates) {
      const standing = standingOf(asker.principal);
      const known = verdictsOn(coordinates).get(standing);
      if (known) return known;
      const denied = await ask(asker, standing, coordinates);
      const askedAPolicy = [...coordinates].some((coordinate) => rules.byPolicy.has(coordinate));
      if (!askedAPolicy) verdictsOn(coordinates).set(standing, denied);
      return denied;
    },
  };
}

/** Shield refuses rules for fields that clients cannot name, such as inaccessible ones. */
function onlyFieldsOf<Rule>(
  schema: GraphQLSchema,
  type: string,
  fields: Readonly<Record<string, Rule>>,
): Record<string, Rule> {
  const known = schema.getType(type);
  const named = known && 'getFields' in known ? known.getFields() : {};
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field in named));
}
