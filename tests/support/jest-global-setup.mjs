import { tsImport } from 'tsx/esm/api';

/** Starts the PostgreSQL of this run. Jest loads this file without its transforms, hence the plain JavaScript. */
export default async function startServerOfThisRun() {
  const { startTestServer } = await tsImport('./test-server.ts', import.meta.url);
  const server = await startTestServer(process.env.TEST_DATABASE_URL);
  process.env.SPINE_TEST_SERVER_URL = server.url;
  process.env.SPINE_TEST_TEMPLATE = server.template;
  globalThis.spineTestServer = server;
}
