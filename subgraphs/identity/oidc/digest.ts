import { createHash, timingSafeEqual } from 'node:crypto';

/** What is kept of secrets and of what things are found by. All of it is random throughout, so a plain hash is enough. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export function matchesDigest(secret: string, digest: string): boolean {
  const [given, kept] = [Buffer.from(digestOf(secret)), Buffer.from(digest)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}
