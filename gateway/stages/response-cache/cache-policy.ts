import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  OperationTypeNode,
} from 'graphql';
import type { CacheHints, FieldHint } from './cache-hints.js';

/** For how long an answer may be kept, and by whom. */
export interface CachePolicy {
  /** Seconds; never less than one. */
  readonly maxAge: number;
  /** PRIVATE: for whoever asked alone. */
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/** Introspection says nothing of data that could grow old. */
const isIntrospection = (name: string): boolean => name.startsWith('__');

/** Finds the shortest life among the fields of an operation. */
class Walk {
  maxAge = Infinity;
  isPrivate = false;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly schema: GraphQLSchema;
  private readonly hints: CacheHints;

  constructor(schema: GraphQLSchema, hints: CacheHints, document: DocumentNode) {
    this.schema = schema;
    this.hints = hints;
    for (const part of document.definitions) {
      if (part.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(part.name.value, part);
    }
  }

  selections(set: SelectionSetNode, type: GraphQLCompositeType, isRoot: boolean): void {
    for (const selection of set.selections) {
      // Nothing makes it longer again, so there is nothing more to find out.
      if (this.maxAge === 0) return;
      if (selection.kind === Kind.FIELD) {
        if (isIntrospection(selection.name.value)) continue;
        this.field(selection.name.value, selection.selectionSet, type, isRoot);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition && this.schema.getType(fragment.typeCondition.name.value);
      if (fragment) this.selections(fragment.selectionSet, isCompositeType(condition) ? condition : type, isRoot);
    }
  }

  private field(name: string, inner: SelectionSetNode | undefined, type: GraphQLCompositeType, isRoot: boolean): void {
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    for (const possible of types) {
      const field = isObjectType(possible) ? possible.getFields()[name] : undefined;
      if (!field) continue;
      const returned = getNamedType(field.type);
      const isComposite = isCompositeType(returned);
      const hint = this.hints.of(`${possible.name}.${name}`);
      // A root stands in nothing, so there is nothing it could be kept as long as.
      this.apply(hint, isRoot || (isComposite && !hint?.inheritMaxAge));
      if (isComposite && inner) this.selections(inner, returned, false);
    }
  }

  /** @param needsHint whether it is not to be kept where nothing is said */
  private apply(hint: FieldHint | undefined, needsHint: boolean): void {
    if (hint?.isPrivate) this.isPrivate = true;
    if (hint?.maxAge !== undefined) this.maxAge = Math.min(this.maxAge, hint.maxAge);
    else if (needsHint) this.maxAge = 0;
  }
}

/**
 * For how long the answer of a query may be kept, by the rules of Apollo's `@cacheControl`: no longer than any of
 * its fields, and not at all where a root field or an object says nothing.
 * @returns null for an answer that may not be kept
 */
export function cachePolicyOf(
  schema: GraphQLSchema,
  hints: CacheHints,
  document: DocumentNode,
  { operation, selectionSet }: OperationDefinitionNode,
): CachePolicy | null {
  const root = schema.getRootType(operation);
  if (operation !== OperationTypeNode.QUERY || !root) return null;
  const walk = new Walk(schema, hints, document);
  walk.selections(selectionSet, root, true);
  if (walk.maxAge === 0 || !Number.isFinite(walk.maxAge)) return null;
  return { maxAge: walk.maxAge, scope: walk.isPrivate ? 'PRIVATE' : 'PUBLIC' };
}
