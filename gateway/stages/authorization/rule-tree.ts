import {
  baseType,
  isCompositeType,
  isObjectType,
  type FieldDefinition,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';
import { allow, and, chain, deny, or, rule } from 'graphql-shield';
import { permissionsOf } from '../../../subgraphs/_kernel/wire/principal.js';
import { askOnce, type OperationAsker, type PolicyRegistry } from './policies.js';

type AnyRule =
  | ReturnType<ReturnType<typeof rule>>
  | ReturnType<typeof and>
  | ReturnType<typeof or>
  | ReturnType<typeof chain>;

/** Shield's rules by type and field; every field the client can name has one. */
export type RuleTree = Record<string, Record<string, AnyRule>>;

export interface CompiledRules {
  readonly tree: RuleTree;
  /** `Type.field` of everything that is not simply allowed. */
  readonly guarded: ReadonlySet<string>;
  /** `Type.field` of those whose answer depends on a policy, and so may change from one request to the next. */
  readonly byPolicy: ReadonlySet<string>;
}

/** The tag by which a root field is declared to need no sign-in. */
export const PUBLIC_TAG = 'public';

const AUTH_DIRECTIVES = ['authenticated', 'requiresScopes', 'policy'];

type Annotated = NamedType | FieldDefinition<ObjectType>;

const argumentsOf = (element: Annotated, directive: string): readonly Record<string, unknown>[] =>
  element.appliedDirectives.filter(({ name }) => name === directive).map((applied) => applied.arguments());

export const isDeclaredPublic = (field: Annotated): boolean =>
  argumentsOf(field, 'tag').some((tag) => tag['name'] === PUBLIC_TAG);

export const hasAuthDirective = (element: Annotated): boolean =>
  element.appliedDirectives.some(({ name }) => AUTH_DIRECTIVES.includes(name));

/** Lists of lists, as the directives carry them: any of the outer, all of the inner. */
function anyOfAll(lists: readonly (readonly string[])[], ruleOf: (word: string) => AnyRule): AnyRule {
  const alternatives = lists.map((words) => (words.length === 0 ? deny : and(...words.map(ruleOf))));
  return alternatives.length === 0 ? deny : or(...alternatives);
}

/** Rules are made once a word and never cached by shield: its caches outlive what they were asked for. */
function createRuleWords(policies: PolicyRegistry): {
  readonly authenticated: AnyRule;
  readonly scope: (scope: string) => AnyRule;
  readonly policy: (policy: string) => AnyRule;
} {
  const made = new Map<string, AnyRule>();
  const once = (name: string, decide: (asker: OperationAsker) => boolean | Promise<boolean>): AnyRule => {
    const known = made.get(name);
    if (known) return known;
    const fresh = rule(name, { cache: 'no_cache' })((_parent, _args, asker: OperationAsker) => decide(asker));
    made.set(name, fresh);
    return fresh;
  };
  return {
    authenticated: once('authenticated', ({ principal }) => principal.kind !== 'anonymous'),
    scope: (scope) => once(`scope:${scope}`, ({ principal }) => permissionsOf(principal).includes(scope)),
    policy: (policy) => once(`policy:${policy}`, (asker) => askOnce(policies, policy, asker)),
  };
}

/**
 * The authorization directives of a composed supergraph as a rule tree. A field needs what its type, the
 * field itself and the type it returns ask for. A root field that asks for nothing and is not declared public
 * is refused.
 */
export function compileRules(annotated: Schema, policies: PolicyRegistry): CompiledRules {
  const words = createRuleWords(policies);
  const tree: RuleTree = {};
  const guarded = new Set<string>();
  const byPolicy = new Set<string>();
  const rootTypes = new Set(annotated.schemaDefinition.roots().map((root) => root.type.name));

  const rulesOf = (element: Annotated): readonly AnyRule[] => [
    ...argumentsOf(element, 'authenticated').map(() => words.authenticated),
    ...argumentsOf(element, 'requiresScopes').map((args) => anyOfAll(args['scopes'] as string[][], words.scope)),
    ...argumentsOf(element, 'policy').map((args) => anyOfAll(args['policies'] as string[][], words.policy)),
  ];

  const elementsGoverning = (type: ObjectType, field: FieldDefinition<ObjectType>): readonly Annotated[] => {
    const returned = baseType(field.type!);
    // What an abstract type returns is governed by the types it turns out to be, field by field.
    const concrete = isObjectType(returned) || !isCompositeType(returned);
    return concrete ? [type, field, returned] : [type, field];
  };

  const ruleOfField = (type: ObjectType, field: FieldDefinition<ObjectType>): AnyRule => {
    if (rootTypes.has(type.name) && !hasAuthDirective(field) && !isDeclaredPublic(field)) return deny;
    const rules = elementsGoverning(type, field).flatMap(rulesOf);
    return rules.length === 0 ? allow : chain(...rules);
  };

  for (const type of annotated.objectTypes()) {
    if (type.isIntrospectionType()) continue;
    const rules: Record<string, AnyRule> = {};
    for (const field of type.fields()) {
      const coordinate = `${type.name}.${field.name}`;
      const decided = ruleOfField(type, field);
      rules[field.name] = decided;
      if (decided !== allow) guarded.add(coordinate);
      if (elementsGoverning(type, field).some((element) => argumentsOf(element, 'policy').length > 0)) {
        byPolicy.add(coordinate);
      }
    }
    tree[type.name] = rules;
  }
  return { tree, guarded, byPolicy };
}
