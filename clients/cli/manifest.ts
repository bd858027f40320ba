import { createHash } from 'node:crypto';
import { Supergraph } from '@apollo/federation-internals';
import {
  GraphQLError,
  Kind,
  parse,
  print,
  separateOperations,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { z } from 'zod';

export const MANIFEST_FORMAT = 'apollo-persisted-query-manifest';

const manifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT, `must be "${MANIFEST_FORMAT}"`),
  version: z.literal(1, 'must be 1'),
  operations: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        type: z.enum(['query', 'mutation', 'subscription'], 'must be query, mutation or subscription'),
        body: z.string(),
      }),
    )
    .min(1, 'must not be empty'),
});

/** The manifest format of Apollo's clients. */
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestOperation = Manifest['operations'][number];

/** A manifest that cannot be published; every problem is a line for people. */
export class ManifestProblems extends Error {
  override readonly name = 'ManifestProblems';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const definitionsOf = (document: DocumentNode): OperationDefinitionNode[] =>
  document.definitions.filter((part): part is OperationDefinitionNode => part.kind === Kind.OPERATION_DEFINITION);

/** @throws {ManifestProblems} unless it is a manifest */
export function readManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ManifestProblems(['The manifest is not JSON']);
  }
  const manifest = manifestSchema.safeParse(value);
  if (manifest.success) return manifest.data;
  throw new ManifestProblems(manifest.error.issues.map(({ path, message }) => `${path.join('.') || 'The manifest'} ${message}`));
}

/**
 * The manifest of all operations in a document, each with the fragments it uses, by name.
 * @throws {ManifestProblems} for an operation without a name
 */
export function buildManifest(source: string): Manifest {
  const operations = Object.entries(separateOperations(parse(source)))
    .map(([name, document]) => {
      const type = definitionsOf(document)[0]?.operation;
      if (name === '' || !type) throw new ManifestProblems(['Every operation needs a name']);
      const body = print(document);
      return { id: sha256(body), name, type, body };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return { format: MANIFEST_FORMAT, version: 1, operations };
}

/** The schema that clients see of a supergraph. */
export const clientSchemaOf = (supergraphSdl: string): GraphQLSchema =>
  Supergraph.build(supergraphSdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();

const placeOf = ({ locations }: GraphQLError): string =>
  locations?.[0] ? `line ${locations[0].line}, column ${locations[0].column}: ` : '';

function problemsOfOperation({ id, name, type, body }: ManifestOperation, schema: GraphQLSchema): readonly string[] {
  if (sha256(body) !== id.replace(/^sha256:/, '')) return ['the id is not the SHA-256 of the body'];
  let document: DocumentNode;
  try {
    document = parse(body);
  } catch (error) {
    if (error instanceof GraphQLError) return [placeOf(error) + error.message];
    throw error;
  }
  const [definition, another] = definitionsOf(document);
  if (!definition || another) return ['the body must hold one operation'];
  if (definition.name?.value !== name) return [`the operation in the body is not named ${name}`];
  const actual: string = definition.operation;
  if (actual !== type) return [`the operation in the body is not a ${type}`];
  return validate(schema, document).map((error) => placeOf(error) + error.message);
}

/** What is wrong with the operations, each named with its place: what does not fit the schema cannot be run. */
export const problemsOf = ({ operations }: Manifest, schema: GraphQLSchema): readonly string[] =>
  operations.flatMap((operation) => problemsOfOperation(operation, schema).map((problem) => `${operation.name}: ${problem}`));
