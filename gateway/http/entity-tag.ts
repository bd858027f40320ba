import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from './answer.js';

/** Weak: the same answer may go out compressed in one way or another. */
const tagOf = (body: string): string => `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;

const isMet = (condition: string, tag: string): boolean =>
  condition === '*' || condition.split(',').some((one) => one.trim().replace(/^W\//, '') === tag.slice(2));

/** Gives an answer that may be kept a tag, and to whoever names that tag only the word that it is still good. */
export function withEntityTag(message: IncomingMessage, answer: HttpAnswer): HttpAnswer {
  const reads = message.method === 'GET' || message.method === 'HEAD';
  if (!reads || answer.status !== 200 || !answer.headers['cache-control']?.includes('max-age')) return answer;
  const etag = tagOf(answer.body);
  const headers: Record<string, string> = { ...answer.headers, etag };
  const condition = message.headers['if-none-match'];
  if (condition === undefined || !isMet(condition, etag)) return { ...answer, headers };
  delete headers['content-type'];
  return { status: 304, headers, body: '' };
}
