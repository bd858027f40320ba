const GRACE_MS = 10_000;

/**
 * Ends the process in an orderly way on SIGINT or SIGTERM. A second signal, or work that does not end within
 * ten seconds, ends it at once with code 1.
 */
export function onShutdown(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : String(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
