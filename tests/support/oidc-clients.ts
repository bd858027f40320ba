import type { Graph } from '../../clients/cli/graph.js';

export interface RegisteredClient {
  readonly id: string;
  readonly secret: string | null;
}

const CREATE = `mutation Register($input: CreateOidcClientInput!) {
  createOidcClient(input: $input) {
    __typename
    ... on IssuedOidcClient { secret client { id } }
    ... on UserError { code message }
  }
}`;

/** Registers a client over the graph. */
export async function registerClient(graph: Graph, input: Readonly<Record<string, unknown>>): Promise<RegisteredClient> {
  const { data, errors } = await graph.ask<{ createOidcClient: { secret: string | null; client?: { id: string } } }>(CREATE, { input });
  const issued = data?.createOidcClient;
  if (!issued?.client) throw new Error(`No client was registered: ${JSON.stringify(issued ?? errors)}`);
  return { id: issued.client.id, secret: issued.secret };
}
