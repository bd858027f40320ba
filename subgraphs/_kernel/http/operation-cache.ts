import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

type Prepared = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** Parses and validates each operation once; the gateway sends the same few again and again. */
export function createOperationCache(schema: GraphQLSchema): (source: string) => Prepared {
  const cache = new LRUCache<string, Prepared>({ max: 1_000 });
  const prepare = (source: string): Prepared => {
    try {
      const document = parse(source, { maxTokens: 50_000 });
      const errors = validate(schema, document);
      return errors.length > 0 ? { errors } : { document };
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError('Cannot be parsed')] };
    }
  };
  return (source) => {
    let prepared = cache.get(source);
    if (!prepared) {
      prepared = prepare(source);
      cache.set(source, prepared);
    }
    return prepared;
  };
}
