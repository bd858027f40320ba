import { Agent, request } from 'node:http';

/** Sends an operation as a visitor of one company, from the client address that is given. */
export function createVisitor(url: string, slug: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    /** @returns the HTTP status */
    ask: (query: string, address: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          host: `${slug}.localhost`,
          // The platform is told to trust this machine, so that each client has an address of its own.
          'x-forwarded-for': address,
        };
        const outgoing = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        });
        outgoing.on('error', reject);
        outgoing.end(JSON.stringify({ query }));
      }),
    stop: () => agent.destroy(),
  };
}
