import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SupergraphGeneration } from '../../supergraph/generation.js';

export type Validated = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

const DOCUMENTS_KEPT = 1_000;
const MAX_ERRORS = 20;

const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, { ...(error.nodes ? { nodes: error.nodes } : {}), extensions: { code } });

/**
 * Parses and validates documents that do not come by Apollo Server, once each and generation.
 * @param introspection whether clients may ask about the schema, and be given hints at its names
 */
export function createValidator(introspection: boolean): (generation: SupergraphGeneration, source: string) => Validated {
  const known = new WeakMap<SupergraphGeneration, LRUCache<string, Validated>>();
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];

  const check = ({ apiSchema }: SupergraphGeneration, source: string): Validated => {
    let document: DocumentNode;
    try {
      document = parse(source);
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [coded(error, 'GRAPHQL_PARSE_FAILED')] };
      throw error;
    }
    const errors = validate(apiSchema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: !introspection });
    return errors.length === 0
      ? { document }
      : { errors: errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')) };
  };

  return (generation, source) => {
    const cache = known.get(generation) ?? new LRUCache<string, Validated>({ max: DOCUMENTS_KEPT });
    known.set(generation, cache);
    const remembered = cache.get(source);
    if (remembered) return remembered;
    const checked = check(generation, source);
    cache.set(source, checked);
    return checked;
  };
}
