import type { TypedDocumentNode } from '@apollo/client';
import { print } from 'graphql';

/** Where the graph is: at the address the dashboard came from. */
export const GRAPH_PATH = '/graphql';

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** One operation of the session itself, past the client with its cache. @throws {Error} when there is no answer */
export async function ask<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  accessToken?: string,
): Promise<Data> {
  const response = await fetch(GRAPH_PATH, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (!data) throw new Error(errors?.[0]?.message ?? 'The platform gave no answer');
  return data;
}
