import { createHash } from 'node:crypto';
import { GraphQLError, Kind, parse, type OperationDefinitionNode } from 'graphql';
import type { FieldIssue } from '../../_kernel/errors/domain-error.js';

export const OPERATION_TYPES = ['QUERY', 'MUTATION', 'SUBSCRIPTION'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

/** One operation of a manifest, as it is published. */
export interface ManifestOperation {
  /** SHA-256 of the body in hexadecimal. */
  readonly id: string;
  readonly name: string;
  readonly type: OperationType;
  readonly body: string;
}

/** Longer manifests are published in parts, under the same version. */
export const OPERATIONS_PER_PUBLICATION = 500;

/** Characters of one operation. */
export const LONGEST_BODY = 64 * 1024;

const MOST_TOKENS = 10_000;

export const documentIdOf = (body: string): string => createHash('sha256').update(body).digest('hex');

function definitionsOf(body: string): readonly OperationDefinitionNode[] | string {
  try {
    const { definitions } = parse(body, { maxTokens: MOST_TOKENS });
    return definitions.filter((part): part is OperationDefinitionNode => part.kind === Kind.OPERATION_DEFINITION);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const place = error.locations?.[0];
    return place ? `${error.message} (line ${place.line}, column ${place.column})` : error.message;
  }
}

function problemOfBody({ name, type, body }: ManifestOperation): string | null {
  const definitions = definitionsOf(body);
  if (typeof definitions === 'string') return definitions;
  const [definition, another] = definitions;
  if (!definition || another) return 'must hold one operation';
  if (definition.name?.value !== name) return `must be named ${name}`;
  return definition.operation.toUpperCase() === type ? null : `must be a ${type.toLowerCase()}`;
}

/** What is wrong with the operations, each named with its place in the list. */
export function problemsOf(operations: readonly ManifestOperation[]): readonly FieldIssue[] {
  const seen = new Set<string>();
  return operations.flatMap((operation, at) => {
    const issue = (field: string, message: string): FieldIssue[] => [
      { field: `operations.${at}.${field}`, message: `${message} (${operation.name})` },
    ];
    if (seen.has(operation.id)) return issue('id', 'is there twice');
    seen.add(operation.id);
    if (documentIdOf(operation.body) !== operation.id) return issue('id', 'must be the SHA-256 of the body');
    const problem = problemOfBody(operation);
    return problem === null ? [] : issue('body', problem);
  });
}

export interface RetirementRequest {
  readonly operations: readonly string[];
  readonly replacement: string | null;
}

/** @param known ids of everything that the client has registered */
export function problemsOfRetirement({ operations, replacement }: RetirementRequest, known: ReadonlySet<string>): readonly FieldIssue[] {
  const issues: FieldIssue[] = operations.flatMap((id, at) =>
    known.has(id) ? [] : [{ field: `operations.${at}`, message: 'is not registered for this client' }],
  );
  if (replacement !== null && !known.has(replacement)) {
    issues.push({ field: 'replacement', message: 'is not registered for this client' });
  }
  if (replacement !== null && operations.includes(replacement)) {
    issues.push({ field: 'replacement', message: 'must not be one of those that are retired' });
  }
  return issues;
}
