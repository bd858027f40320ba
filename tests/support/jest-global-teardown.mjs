/** Stops the PostgreSQL that the global setup started in this same process. */
export default async function stopServerOfThisRun() {
  await globalThis.spineTestServer?.stop();
}
