// Asks the process of this container whether it is alive; the port is the one it was told to listen on.
const port = process.env.HEALTH_PORT ?? process.env.PORT ?? '4000';
const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
