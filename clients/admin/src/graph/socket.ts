import { createClient, type Client } from 'graphql-ws';
import type { Session } from '../session/session.js';
import { GRAPH_PATH } from './ask.js';

/** How long a connection may be silent before it counts as broken, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** The one socket of the page, opened when something is followed. Whoever follows decides when to try again. */
export const createSocket = (session: Session): Client =>
  createClient({
    url: `${location.origin.replace(/^http/, 'ws')}${GRAPH_PATH}`,
    keepAlive: KEEP_ALIVE_MS,
    retryAttempts: 0,
    connectionParams: async () => {
      const token = await session.token();
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
  });
