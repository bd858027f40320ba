import type { ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Refusal } from '../refusal.js';
import type { EncodedBody } from './content-encoding.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `set-cookie`. An answer that has any, even none, is one of a browser's session: see `encodeBody`. */
  readonly cookies?: readonly string[];
  readonly body: string;
  /** Writes the rest once head is sent, for as long as it takes; `body` is empty then. */
  readonly stream?: (response: ServerResponse) => Promise<void>;
}

export const jsonAnswer = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

/** A refusal in the form of a GraphQL answer, so that every client finds the code in the same place. */
export const refusalAnswer = (refusal: Refusal, requestId: string): HttpAnswer => {
  const answer = jsonAnswer(refusal.status, { errors: [refusal.toGraphQLError(requestId)] });
  return { ...answer, headers: { ...answer.headers, ...refusal.headers } };
};

export const maskedAnswer = (requestId: string): HttpAnswer =>
  jsonAnswer(500, {
    errors: [
      new GraphQLError('Something went wrong on our side', {
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      }),
    ],
  });

/** @param encoded the body in the form it is to leave in; without it, as it is */
export function send(
  response: ServerResponse,
  answer: HttpAnswer,
  headers: Readonly<Record<string, string>>,
  encoded: EncodedBody | null = null,
): void {
  if (response.headersSent || response.destroyed) return;
  if (encoded) {
    const { coding, bytes } = encoded;
    response.writeHead(answer.status, { ...headers, ...answer.headers, 'content-encoding': coding, 'content-length': bytes.length });
    response.end(bytes);
    return;
  }
  const { cookies = [] } = answer;
  // As a string, so that head and body leave in one piece.
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    ...(cookies.length > 0 ? { 'set-cookie': [...cookies] } : {}),
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}
