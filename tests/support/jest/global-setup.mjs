import { tsImport } from 'tsx/esm/api';

/**
 * Starts the PostgreSQL of this run: one for each worker when everything is run, since what a test does in one
 * worker holds back the log of events in every database of the same server. Jest loads this file without its
 * transforms, hence the plain JavaScript.
 */
export default async function startServersOfThisRun({ maxWorkers, testPathPatterns, nonFlagArgs }) {
  const { startTestServers } = await tsImport('../test-server.ts', import.meta.url);
  const isWhole = (testPathPatterns?.patterns?.length ?? 0) === 0 && (nonFlagArgs?.length ?? 0) === 0;
  const existing = process.env.TEST_DATABASE_URL;
  const count = existing || !isWhole ? 1 : maxWorkers;
  const servers = await startTestServers(existing, count);
  process.env.SPINE_TEST_SERVERS = JSON.stringify(servers.map(({ url, template, seedFolder }) => ({ url, template, seedFolder })));
  globalThis.spineTestServers = servers;
}
