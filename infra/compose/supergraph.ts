import { composeServices } from '@apollo/composition';
import { GraphQLError, parse, Source, type ASTNode, type DocumentNode } from 'graphql';
import { findUnanswerable } from './planner-limits.js';
import { placeOf, type CompositionProblem } from './problem.js';
import { findUndecided } from './undecided-fields.js';

export interface SubgraphSource {
  readonly name: string;
  readonly routingUrl: string;
  readonly sdl: string;
}

export type Composition =
  | { readonly ok: true; readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly ok: false; readonly problems: readonly CompositionProblem[]; readonly hints: readonly string[] };

/** Sources are parsed under their subgraph's name; composition marks only some of the nodes itself. */
const subgraphOf = (node: ASTNode): string =>
  'subgraph' in node ? String(node.subgraph) : (node.loc?.source.name ?? 'supergraph');

const codeOf = ({ extensions: { code } }: GraphQLError): string => (typeof code === 'string' ? code : 'INVALID_GRAPHQL');

const problemOf = (error: GraphQLError): CompositionProblem => ({
  message: `${error.message} [${codeOf(error)}]`,
  places: (error.nodes ?? []).map((node) => placeOf(subgraphOf(node), node)),
});

function parseSource({ name, sdl }: SubgraphSource): { readonly typeDefs: DocumentNode } | CompositionProblem {
  try {
    return { typeDefs: parse(new Source(sdl, name)) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [at] = error.locations ?? [];
    return { message: error.message, places: [at ? `${name}:${at.line}:${at.column}` : name] };
  }
}

/** Composes the subgraphs, and refuses what would compose but not work. */
export function composeSupergraph(sources: readonly SubgraphSource[]): Composition {
  const parsed = sources.map((source) => ({ source, result: parseSource(source) }));
  const unreadable = parsed.flatMap(({ result }) => ('message' in result ? [result] : []));
  if (unreadable.length > 0) return { ok: false, problems: unreadable, hints: [] };

  const services = parsed.flatMap(({ source, result }) =>
    'typeDefs' in result ? [{ name: source.name, url: source.routingUrl, typeDefs: result.typeDefs }] : [],
  );
  const ownProblems = [...findUnanswerable(services), ...findUndecided(services)];
  const composed = composeServices(services);
  const hints = (composed.hints ?? []).map((hint) => hint.toString());
  const problems = [...(composed.errors ?? []).map(problemOf), ...ownProblems];
  if (problems.length > 0 || !composed.supergraphSdl) return { ok: false, problems, hints };
  return { ok: true, supergraphSdl: `${composed.supergraphSdl.trim()}\n`, hints };
}
