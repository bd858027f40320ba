import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const silentOf = new WeakMap<Server, Set<Socket>>();

/**
 * Remembers who has connected and asked nothing yet, as browsers do ahead of time: such connections do not count
 * as idle for Node, and would keep a server that stops waiting for them.
 */
export function watchSilentConnections(server: Server): void {
  const silent = new Set<Socket>();
  silentOf.set(server, silent);
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  server.on('upgrade', ({ socket }) => silent.delete(socket));
}

export function closeSilentConnections(server: Server): void {
  for (const socket of silentOf.get(server) ?? []) socket.destroy();
}
