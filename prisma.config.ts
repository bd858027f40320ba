import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'prisma/config';

const root = path.dirname(fileURLToPath(import.meta.url));

/* eslint-disable no-restricted-properties --
   The Prisma CLI loads this file by itself, outside the platform's configuration, and takes the path of its
   schema engine from the environment only. */

// The engine the CLI would otherwise download. A script cannot be spawned on Windows, where the CLI's own is used.
if (process.platform !== 'win32') {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path.join(root, 'prisma/engine/schema-engine.mjs');
}

const url = process.env['DATABASE_URL'];

/* eslint-enable no-restricted-properties */

export default defineConfig({
  schema: path.join(root, 'prisma/schema'),
  migrations: { path: path.join(root, 'prisma/migrations') },
  ...(url ? { datasource: { url } } : {}),
});
