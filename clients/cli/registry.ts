import type { Graph, GraphAnswer } from './graph.js';
import { ManifestProblems, type Manifest, type ManifestOperation } from './manifest.js';

export interface RegisteredOperation {
  readonly documentId: string;
  readonly name: string;
  readonly type: string;
  readonly firstVersion: string;
  readonly lastVersion: string;
  readonly sunsetAt: string | null;
  readonly replacement: string | null;
  readonly uses: number;
  readonly lastUsedAt: string | null;
}

const OPERATION = 'documentId name type firstVersion lastVersion sunsetAt replacement uses lastUsedAt';
const FAILURE = '... on UserError { message } ... on ValidationError { issues { field message } }';

interface Failure {
  readonly message?: string;
  readonly issues?: readonly { readonly field: string; readonly message: string }[];
}

/** What the platform answered. @throws {ManifestProblems} with what it says of the input */
function resultOf<Result extends object>(answer: GraphAnswer<{ readonly result: (Result & Failure) | null }>): Result {
  const result = answer.data?.result;
  if (!result) throw new ManifestProblems((answer.errors ?? [{ message: 'No answer' }]).map(({ message }) => message));
  if (result.issues) throw new ManifestProblems(result.issues.map(({ field, message }) => `${field}: ${message}`));
  if (result.message !== undefined) throw new ManifestProblems([result.message]);
  return result;
}

/** So much of a manifest goes in one request: well below what a body may hold. */
const MOST_OPERATIONS = 100;
const MOST_CHARACTERS = 300_000;

function* partsOf(operations: readonly ManifestOperation[]): Generator<readonly ManifestOperation[]> {
  let part: ManifestOperation[] = [];
  let characters = 0;
  for (const operation of operations) {
    if (part.length === MOST_OPERATIONS || (part.length > 0 && characters + operation.body.length > MOST_CHARACTERS)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(operation);
    characters += operation.body.length;
  }
  if (part.length > 0) yield part;
}

export interface Published {
  readonly added: number;
  readonly unchanged: number;
  readonly operations: readonly RegisteredOperation[];
}

/** Registers a manifest under a client's version. Doing it again changes nothing. @throws {ManifestProblems} */
export async function publish(graph: Graph, client: string, version: string, manifest: Manifest): Promise<Published> {
  let published: Published = { added: 0, unchanged: 0, operations: [] };
  for (const part of partsOf(manifest.operations)) {
    const operations = part.map(({ id, name, type, body }) => ({ id, name, type: type.toUpperCase(), body }));
    const { added, unchanged, operations: registered } = resultOf(
      await graph.ask<{ result: (Published & Failure) | null }>(
        `mutation Publish($input: PublishOperationsInput!) {
           result: publishOperations(input: $input) {
             ... on OperationsPublication { added unchanged operations { ${OPERATION} } } ${FAILURE}
           }
         }`,
        { input: { client, version, operations } },
      ),
    );
    published = {
      added: published.added + added,
      unchanged: published.unchanged + unchanged,
      operations: [...published.operations, ...registered],
    };
  }
  return published;
}

/** @throws {ManifestProblems} */
export async function retire(
  graph: Graph,
  retirement: { readonly client: string; readonly operations: readonly string[]; readonly sunsetAt: string; readonly replacement: string | null },
): Promise<readonly RegisteredOperation[]> {
  const { operations } = resultOf(
    await graph.ask<{ result: ({ operations: readonly RegisteredOperation[] } & Failure) | null }>(
      `mutation Retire($input: RetireOperationsInput!) {
         result: retireOperations(input: $input) { ... on OperationsRetirement { operations { ${OPERATION} } } ${FAILURE} }
       }`,
      { input: retirement },
    ),
  );
  return operations;
}

interface OperationPage {
  readonly edges: readonly { readonly node: RegisteredOperation }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Every operation of a client, by name. @throws {ManifestProblems} */
export async function list(graph: Graph, client: string): Promise<readonly RegisteredOperation[]> {
  const found: RegisteredOperation[] = [];
  for (let after: string | null = null; ; ) {
    const answer: GraphAnswer<{ result: OperationPage | null }> = await graph.ask(
      `query List($client: String!, $after: String) {
         result: registeredOperations(client: $client, first: 100, after: $after) {
           edges { node { ${OPERATION} } } pageInfo { hasNextPage endCursor }
         }
       }`,
      { client, after },
    );
    const { edges, pageInfo } = resultOf(answer);
    found.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
}
