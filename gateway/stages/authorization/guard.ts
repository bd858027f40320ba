import { deny, shield } from 'graphql-shield';
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { permissionsOf, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import type { Asker } from './policies.js';
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
  context: Asker,
  info: Pick<GraphQLResolveInfo, 'fieldName' | 'schema'>,
) => Promise<unknown>;

/** Shield wraps a combination of rules, beside which it keeps the fragments they would need. */
type Shielded = ShieldedField | { readonly resolve: ShieldedField };

const ALLOWED = Symbol('allowed');
const NOT_ALLOWED = new Error('not allowed');

/** Tells apart what rules without a policy can tell apart. */
const standingOf = (principal: Principal): string => `${principal.kind} ${permissionsOf(principal).join(' ')}`;

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

  const evaluate = async (asker: Asker, coordinate: string): Promise<boolean> => {
    const [type = '', field = ''] = coordinate.split('.');
    const shielded = middleware[type]?.[field];
    const ask = typeof shielded === 'function' ? shielded : shielded?.resolve;
    // The asker is copied because shield writes a cache of its own onto the context it is given.
    const answer = await ask?.(() => ALLOWED, {}, {}, { ...asker }, { fieldName: field, schema });
    return answer === ALLOWED;
  };

  const allows = async (asker: Asker, standing: string, coordinate: string): Promise<boolean> => {
    if (rules.byPolicy.has(coordinate)) return evaluate(asker, coordinate);
    const key = `${coordinate} ${standing}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const answer = await evaluate(asker, coordinate);
    remembered.set(key, answer);
    return answer;
  };

  return {
    guarded: rules.guarded,
    async deniedTo(asker, coordinates) {
      const denied = new Set<string>();
      const standing = standingOf(asker.principal);
      for (const coordinate of coordinates) {
        if (!(await allows(asker, standing, coordinate))) denied.add(coordinate);
      }
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
