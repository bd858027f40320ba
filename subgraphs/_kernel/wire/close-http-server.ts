import type { Server } from 'node:http';

/** How often it is looked which connections have become idle, in milliseconds. */
const LOOK_MS = 50;

/**
 * Takes no more connections, and resolves when the last answer under way has been given. A connection that is in use
 * now becomes idle only after its answer, and would otherwise be kept for as long as its client may keep it.
 */
export const closeHttpServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const look = setInterval(() => server.closeIdleConnections(), LOOK_MS);
    server.close(() => {
      clearInterval(look);
      resolve();
    });
  });
