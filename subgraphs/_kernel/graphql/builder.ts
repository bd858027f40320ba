import SchemaBuilder from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import ErrorsPlugin from '@pothos/plugin-errors';
import FederationPlugin from '@pothos/plugin-federation';
import RelayPlugin from '@pothos/plugin-relay';
import { KEPT_WITH_PARENT, type CacheControlDirective } from './cache-control.js';
import type { DomainError } from '../errors/domain-error.js';
import type { Money } from '../money/money.js';
import type { RequestContext } from '../request/request-context.js';
import type { Permission } from '../wire/permissions.js';
import { sizedConnections } from './sized-connections.js';

/** What a resolver is given: the request's facts, and the services of its own subgraph. */
export interface GraphContext<Services> {
  readonly request: RequestContext;
  readonly services: Services;
}

/** The types every subgraph's builder knows by name; `addSharedTypes` defines them. */
export interface BuilderTypes<Services> {
  Context: GraphContext<Services>;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  FederationScopes: Permission;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    LocalDate: { Input: string; Output: string };
    MinorUnits: { Input: number; Output: number };
    JSON: { Input: unknown; Output: unknown };
  };
  Objects: { Money: Money };
  Interfaces: { UserError: DomainError };
  Directives: CacheControlDirective;
}

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * Makes a subgraph's builder. Fields are non-null and arguments required unless they say otherwise.
 * Mutations answer a union of their result and the failures they list, named `<Mutation>Result`.
 */
export function createBuilder<Services>() {
  return new SchemaBuilder<BuilderTypes<Services>>({
    plugins: [ErrorsPlugin, RelayPlugin, DirectivesPlugin, FederationPlugin, sizedConnections],
    defaultFieldNullability: false,
    defaultInputFieldRequiredness: true,
    relay: {
      cursorType: 'String',
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      pageInfoTypeOptions: { shareable: true, description: 'Where a page lies in its connection.' },
      hasNextPageFieldOptions: { description: 'Whether there are more behind the last one.' },
      hasPreviousPageFieldOptions: { description: 'Whether there are more before the first one.' },
      startCursorFieldOptions: { description: 'Cursor of the first one; null on an empty page.' },
      endCursorFieldOptions: { description: 'Cursor of the last one; null on an empty page.' },
      edgesFieldOptions: { ...KEPT_WITH_PARENT, description: 'The page, in order.' },
      nodeFieldOptions: { ...KEPT_WITH_PARENT, description: 'The thing itself.' },
      cursorFieldOptions: { description: 'Opaque place of this one, for `after` and `before`.' },
      pageInfoFieldOptions: { ...KEPT_WITH_PARENT, description: 'Where the page lies.' },
      firstArgOptions: { description: 'How many from the start; 20 unless said, at most 500.' },
      afterArgOptions: { description: 'Only those behind this cursor.' },
      lastArgOptions: { description: 'How many from the end.' },
      beforeArgOptions: { description: 'Only those before this cursor.' },
    },
    errors: {
      defaultTypes: [],
      directResult: true,
      defaultUnionOptions: {
        name: ({ fieldName }) => `${capitalized(fieldName)}Result`,
        description: 'What came of it: the result, or one of the failures that can be expected.',
      },
    },
  });
}
