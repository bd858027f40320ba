/** Stops the PostgreSQL servers that the global setup started in this same process. */
export default async function stopServersOfThisRun() {
  for (const server of globalThis.spineTestServers ?? []) await server.stop();
}
