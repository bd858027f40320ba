import {
  baseType,
  isCompositeType,
  isObjectType,
  type FieldDefinition,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';
import { hasAuthDirective } from '../authorization/rule-tree.js';

/** What `@cacheControl` and the authorization directives say of one field. */
export interface FieldHint {
  /** Seconds; undefined where nothing is said. */
  readonly maxAge: number | undefined;
  readonly inheritMaxAge: boolean;
  readonly isPrivate: boolean;
}

/** Hints by `Type.field`; fields of which nothing is said have none. */
export interface CacheHints {
  of(coordinate: string): FieldHint | undefined;
}

type Annotated = NamedType | FieldDefinition<ObjectType>;

const CACHE_CONTROL = 'cacheControl';

interface Said {
  readonly maxAge?: number | undefined;
  readonly inheritMaxAge?: boolean | undefined;
  readonly scope?: string | undefined;
}

const saidOf = (element: Annotated): Said =>
  element.appliedDirectives.find(({ name }) => name === CACHE_CONTROL)?.arguments() ?? {};

const ageOf = (own: Said, inherited: Said): Pick<FieldHint, 'maxAge' | 'inheritMaxAge'> => ({
  maxAge: own.maxAge ?? (own.inheritMaxAge ? undefined : inherited.maxAge),
  inheritMaxAge: own.inheritMaxAge ?? (own.maxAge === undefined && (inherited.inheritMaxAge ?? false)),
});

/** A field's own word counts before that of the type it returns; `@policy` decides anew each time, so nothing is kept. */
function hintOf(type: ObjectType, field: FieldDefinition<ObjectType>): FieldHint | null {
  const returned = field.type ? baseType(field.type) : null;
  const ofType = returned && (isObjectType(returned) || isCompositeType(returned)) ? [returned] : [];
  const elements: readonly Annotated[] = [field, type, ...ofType];
  if (elements.some((element) => element.appliedDirectives.some(({ name }) => name === 'policy'))) {
    return { maxAge: 0, inheritMaxAge: false, isPrivate: true };
  }
  const hint = {
    ...ageOf(saidOf(field), ofType[0] ? saidOf(ofType[0]) : {}),
    isPrivate: elements.some((element) => saidOf(element).scope === 'PRIVATE' || hasAuthDirective(element)),
  };
  return hint.maxAge === undefined && !hint.inheritMaxAge && !hint.isPrivate ? null : hint;
}

/** Reads the hints of a composed supergraph once. */
export function readCacheHints(annotated: Schema): CacheHints {
  const hints = new Map<string, FieldHint>();
  for (const type of annotated.objectTypes()) {
    if (type.isIntrospectionType()) continue;
    for (const field of type.fields()) {
      const hint = hintOf(type, field);
      if (hint) hints.set(`${type.name}.${field.name}`, hint);
    }
  }
  return { of: (coordinate) => hints.get(coordinate) };
}
