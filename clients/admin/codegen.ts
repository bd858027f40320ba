import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse, visit, type DocumentNode, type FieldNode } from 'graphql';

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const SUPERGRAPH = path.resolve(FOLDER, '../../schema/supergraph.graphql');
const TARGET = path.join(FOLDER, 'src/graph/operations.generated.ts');
const HEAD = '// Written by `npm run codegen` from the graph and the .graphql files beside it. Do not edit.\n';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Asks for the type of everything, by which results are told apart and kept, whoever sends the document. */
const withTypenames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet(set, _key, parent) {
      const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      const hasIt = set.selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename');
      return isRoot || hasIt ? undefined : { ...set, selections: [TYPENAME, ...set.selections] };
    },
  });

async function documentsIn(folder: string) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.graphql'));
  return Promise.all(
    files.sort().map(async (file) => ({
      location: file,
      document: withTypenames(parse(await readFile(path.join(folder, file), 'utf8'))),
    })),
  );
}

/** The dashboard's operations with the types of their variables and answers, as TypeScript. */
async function generate(): Promise<string> {
  const schemaAst = buildSchema(await readFile(SUPERGRAPH, 'utf8'));
  const code = await codegen({
    filename: TARGET,
    schema: parse('type Query { unused: Boolean }'),
    schemaAst,
    documents: await documentsIn(path.join(FOLDER, 'src')),
    plugins: [{ operations: {} }, { typedDocumentNode: {} }],
    pluginMap: { operations, typedDocumentNode },
    config: {
      enumType: 'string-literal',
      immutableTypes: true,
      useTypeImports: true,
      nonOptionalTypename: true,
      skipTypeNameForRoot: true,
      dedupeFragments: true,
      scalars: { ID: 'string', DateTime: 'string', LocalDate: 'string', JSON: 'unknown', MinorUnits: 'number' },
    },
  });
  // The same type, by the one package that is ours to name.
  return HEAD + code.replace("'@graphql-typed-document-node/core'", "'@apollo/client'");
}

const code = await generate();
if (process.argv.includes('--check')) {
  const committed = await readFile(TARGET, 'utf8').catch(() => '');
  if (committed !== code) {
    console.error("The dashboard's types do not fit the graph and its operations any more: npm run codegen");
    process.exitCode = 1;
  }
} else {
  await writeFile(TARGET, code);
}
