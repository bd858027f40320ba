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
export function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => {
      message.off('data', take);
      message.pause();
      reject(new BodyTooLongError('OPERATION_TOO_COMPLEX', `The body is longer than ${limit} bytes`));
    };
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) return refuse();
      chunks.push(chunk);
    };
    if (Number(message.headers['content-length'] ?? 0) > limit) return refuse();
    const breakOff = (): void => reject(new Error('the request ended before its body did'));
    message.on('data', take);
    message.once('end', () => {
      message.off('close', breakOff);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    message.once('error', reject);
    message.once('close', breakOff);
  });
}
