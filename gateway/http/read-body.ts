import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';

/** The body is longer than is accepted; the connection is of no further use. */
export class BodyTooLongError extends Refusal {
  override get status(): number {
    return 413;
  }
}

/**
 * Reads a body of at most `limit` bytes.
 * @throws {BodyTooLongError}
 */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLong = (): BodyTooLongError =>
    new BodyTooLongError('OPERATION_TOO_COMPLEX', `The body is longer than ${limit} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > limit) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
