import type { SchemaEngine } from '@prisma/schema-engine-wasm';

interface SchemaEngineOptions {
  readonly url?: string;
  readonly shadowServerUrl?: string;
  readonly datamodels?: readonly (readonly [path: string, content: string])[];
}

type EngineMethod = 'diff' | 'devDiagnostic' | 'createMigration' | 'evaluateDataLoss' | 'diagnoseMigrationHistory';

export declare function callSchemaEngine<M extends EngineMethod>(
  options: SchemaEngineOptions,
  method: M,
  params: Parameters<SchemaEngine[M]>[0],
): Promise<Awaited<ReturnType<SchemaEngine[M]>>>;
