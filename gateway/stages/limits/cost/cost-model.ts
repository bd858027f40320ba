import type { Directive, Schema } from '@apollo/federation-internals';
import {
  isAbstractType,
  isInputObjectType,
  isLeafType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** A mutation writes, whatever it answers. */
export const MUTATION_COST = 10;

/** `@listSize` of one field. */
export interface ListSize {
  readonly assumedSize: number | null;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/**
 * What things weigh by the IBM cost specification, as Apollo's demand control applies it: composite types and input
 * objects 1, scalars and enums 0, unless `@cost` says otherwise. `@cost` of a field takes the place of its type's.
 */
export interface CostModel {
  /** Weight of `@cost` at a coordinate such as `Query.users` or `Query.users(first:)`; null where there is none. */
  weightAt(coordinate: string): number | null;
  /** Weight of one value of the type; of an abstract type that of its heaviest. */
  weightOf(type: GraphQLNamedType): number;
  listSizeAt(coordinate: string): ListSize | null;
}

interface Annotations {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/** The name a directive of the specification goes by in the supergraph, which its link may change. */
const localNameOf = (annotated: Schema, name: string): string =>
  annotated.coreFeatures?.getByIdentity('https://specs.apollo.dev/cost')?.directiveNameInSchema(name) ?? name;

const words = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : [];

function listSizeOf(directive: Directive): ListSize {
  const given: Readonly<Record<string, unknown>> = directive.arguments();
  const { assumedSize, requireOneSlicingArgument } = given;
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : null,
    slicingArguments: words(given['slicingArguments']),
    sizedFields: words(given['sizedFields']),
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  };
}

function annotationsOf(annotated: Schema): Annotations {
  const costName = localNameOf(annotated, 'cost');
  const listSizeName = localNameOf(annotated, 'listSize');
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const read = (coordinate: string, element: { readonly appliedDirectives: readonly Directive[] }): void => {
    for (const directive of element.appliedDirectives) {
      if (directive.name === costName) {
        const weight = Number(directive.arguments()['weight']);
        // Two subgraphs may weigh what they share differently; the heavier counts.
        weights.set(coordinate, Math.max(weight, weights.get(coordinate) ?? weight));
      }
      if (directive.name === listSizeName) listSizes.set(coordinate, listSizeOf(directive));
    }
  };
  for (const type of annotated.types()) {
    read(type.name, type);
    if (type.kind === 'InputObjectType') for (const field of type.fields()) read(field.coordinate, field);
    if (type.kind !== 'ObjectType' && type.kind !== 'InterfaceType') continue;
    for (const field of type.fields()) {
      read(field.coordinate, field);
      for (const argument of field.arguments()) read(argument.coordinate, argument);
    }
  }
  return { weights, listSizes };
}

/** @param annotated the supergraph with its directives; `schema` is what clients see of it */
export function createCostModel(annotated: Schema, schema: GraphQLSchema): CostModel {
  const { weights, listSizes } = annotationsOf(annotated);

  const weightOf = (type: GraphQLNamedType): number => {
    const own = weights.get(type.name);
    if (own !== undefined) return own;
    if (isLeafType(type)) return 0;
    if (isInputObjectType(type) || !isAbstractType(type)) return 1;
    return Math.max(1, ...schema.getPossibleTypes(type).map(weightOf));
  };

  return {
    weightAt: (coordinate) => weights.get(coordinate) ?? null,
    weightOf,
    listSizeAt: (coordinate) => listSizes.get(coordinate) ?? null,
  };
}
