const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const mixed = (block: number): number => Math.imul(rotate(Math.imul(block, C1), 15), C2);

/** MurmurHash3, 32 bits for x86, of the text's UTF-8. @returns 0 to 2^32 - 1 */
export function murmur32(text: string, seed = 0): number {
  const bytes = Buffer.from(text, 'utf8');
  const blocks = bytes.length >>> 2;
  let hash = seed;
  for (let at = 0; at < blocks; at += 1) {
    hash = (Math.imul(rotate(hash ^ mixed(bytes.readInt32LE(at * 4)), 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks * 4; at -= 1) tail = (tail << 8) | (bytes[at] ?? 0);
  if (tail !== 0) hash ^= mixed(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Keeps the draw of a variant independent of the draw of the percentage. */
export const VARIANT_SEED = 86028157;

/** Where somebody stands within a group: 1 to `shares`, the same every time and everywhere. */
export const shareOf = (identity: string, group: string, shares = 100, seed = 0): number =>
  (murmur32(`${group}:${identity}`, seed) % shares) + 1;
