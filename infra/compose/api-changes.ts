import { Supergraph } from '@apollo/federation-internals';
import { findBreakingChanges, printSchema, type GraphQLSchema } from 'graphql';
import { z } from 'zod';

/** A change that may break a client, as it is told and acknowledged. */
export interface ApiChange {
  readonly type: string;
  readonly description: string;
}

/** What clients see of a supergraph: without the machinery of federation and without what is hidden. */
export const apiSchemaOf = (supergraphSdl: string): GraphQLSchema =>
  Supergraph.build(supergraphSdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();

/** The same in print, in an order that does not change with the order of the subgraphs. */
export const printApi = (schema: GraphQLSchema): string => `${printSchema(schema).trim()}\n`;

/** What could break a client that was written for the released graph. */
export const breakingChanges = (released: GraphQLSchema, present: GraphQLSchema): readonly ApiChange[] =>
  findBreakingChanges(released, present).map(({ type, description }) => ({ type, description }));

/** Those of them that nobody has answered for. @param acknowledged by description */
export const unansweredChanges = (
  released: GraphQLSchema,
  present: GraphQLSchema,
  acknowledged: ReadonlySet<string>,
): readonly ApiChange[] => breakingChanges(released, present).filter(({ description }) => !acknowledged.has(description));

const acknowledgedSchema = z.array(
  z.object({
    change: z.string(),
    reason: z.string().min(10, 'must say why clients can live with it'),
    date: z.iso.date(),
  }),
);

/**
 * The changes somebody has answered for, by description.
 * @throws {z.ZodError} when the list is not one
 */
export const acknowledgedChanges = (json: string): ReadonlySet<string> =>
  new Set(acknowledgedSchema.parse(JSON.parse(json)).map(({ change }) => change));
