import type { ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Refusal } from '../refusal.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const jsonAnswer = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

/** A refusal in the form of a GraphQL answer, so that every client finds the code in the same place. */
export const refusalAnswer = (refusal: Refusal, requestId: string): HttpAnswer =>
  jsonAnswer(refusal.status, { errors: [refusal.toGraphQLError(requestId)] });

export const maskedAnswer = (requestId: string): HttpAnswer =>
  jsonAnswer(500, {
    errors: [
      new GraphQLError('Something went wrong on our side', {
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      }),
    ],
  });

export function send(response: ServerResponse, answer: HttpAnswer, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...headers, ...answer.headers, 'content-length': body.length });
  response.end(body);
}
