import { timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** Whether a secret is the one that a digest was kept of; takes as long for a wrong one as for the right one. */
export function matchesDigest(secret: string, digest: string): boolean {
  const [given, kept] = [Buffer.from(hashOfSecret(secret)), Buffer.from(digest)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}
