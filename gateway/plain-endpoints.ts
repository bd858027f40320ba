import { Kind, parse, valueFromASTUntyped, type DirectiveNode } from 'graphql';
import { createGraphQLTransport, type GraphQLTransport } from './endpoints/graphql-transport.js';

/** The supergraph does not say where a subgraph is to be found; the message names the subgraph. */
export class SubgraphAddressError extends Error {
  override readonly name = 'SubgraphAddressError';
}

function argumentOf(directive: DirectiveNode, name: string): string {
  const argument = directive.arguments?.find((part) => part.name.value === name);
  const value: unknown = argument ? valueFromASTUntyped(argument.value) : undefined;
  return typeof value === 'string' ? value : '';
}

/**
 * The subgraphs of a supergraph, by the names that plans carry, from `join__Graph`.
 * @throws {SubgraphAddressError} for a subgraph without an HTTP address
 */
export function addressesIn(supergraphSdl: string): ReadonlyMap<string, URL> {
  const graphs = parse(supergraphSdl).definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph' ? (definition.values ?? []) : [],
  );
  const addresses = graphs.flatMap(({ directives = [] }) =>
    directives
      .filter(({ name }) => name.value === 'join__graph')
      .map((directive) => {
        const name = argumentOf(directive, 'name');
        const url = argumentOf(directive, 'url');
        if (!/^https?:/i.test(url) || !URL.canParse(url)) {
          throw new SubgraphAddressError(`The supergraph gives subgraph ${name} no address over HTTP, but "${url}".`);
        }
        return [name, new URL(url)] as const;
      }),
  );
  if (addresses.length === 0) throw new SubgraphAddressError('The file names no subgraphs: it is not a supergraph.');
  return new Map(addresses);
}

/** Every subgraph where the supergraph says it is, asked without an envelope. */
export const createPlainEndpoints = (supergraphSdl: string): Readonly<Record<string, GraphQLTransport>> =>
  Object.fromEntries(
    [...addressesIn(supergraphSdl)].map(([name, url]) => [name, createGraphQLTransport({ name, url, proofOf: () => ({}) })]),
  );
