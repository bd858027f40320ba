import type { IncomingMessage, ServerResponse } from 'node:http';
import { continueTrace, describeSpan, inSpan } from '../../subgraphs/_kernel/wire/tracing.js';

/** Answers a request as a span of the client's trace, or as the first of a new one. */
export const asRequestSpan = (message: IncomingMessage, response: ServerResponse, answer: () => Promise<void>): Promise<void> =>
  continueTrace(message.headers, () =>
    inSpan(
      {
        name: message.method ?? 'GET',
        kind: 'server',
        attributes: () => ({ 'http.request.method': message.method ?? 'GET', 'url.scheme': 'http' }),
      },
      async () => {
        await answer();
        describeSpan(() => ({ 'http.response.status_code': response.statusCode }));
      },
    ),
  );

/** The route as it is declared: what stands in an address may be as good as a password. */
export const describeRoute = (method: string, path: string): void =>
  describeSpan(() => ({ 'http.route': path }), `${method} ${path}`);
