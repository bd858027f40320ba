import { createHash } from 'node:crypto';

/** SHA-256 hashes of 32 bytes. */
export type Hash = Buffer;

const sha256 = (...parts: readonly Uint8Array[]): Hash => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962, section 2.1: leaves and nodes are hashed apart, so that one cannot be passed off as the other. */
export const hashLeaf = (leaf: Uint8Array): Hash => sha256(LEAF, leaf);
export const hashChildren = (left: Uint8Array, right: Uint8Array): Hash => sha256(NODE, left, right);
export const EMPTY_ROOT: Hash = sha256();

/** A complete subtree: node `position` of level `level` covers 2^level leaves from `position · 2^level` on. */
export interface Subtree {
  readonly level: number;
  readonly position: number;
}

/** Leaves from `from` up to and without `to`; where it is one of a tree's, `from` is a multiple of the greatest power of two in it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The greatest power of two below `n`, which is at least 2. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

/** The complete subtrees that make up a range, from left to right. */
export function subtreesOf({ from, to }: Range): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    while (2 ** (level + 1) <= to - at) level += 1;
    subtrees.push({ level, position: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** What a verifier needs to come from a leaf to the root of a tree of `size` leaves, from the leaf upwards. */
export function inclusionPath(leaf: number, size: number): readonly Range[] {
  const path: Range[] = [];
  let range: Range = { from: 0, to: size };
  while (range.to - range.from > 1) {
    const middle = range.from + splitOf(range.to - range.from);
    const left = { from: range.from, to: middle };
    const right = { from: middle, to: range.to };
    path.push(leaf < middle ? right : left);
    range = leaf < middle ? left : right;
  }
  return path.reverse();
}

/** What a verifier needs to come from the root at `oldSize` to the one at `size` (RFC 6962, section 2.1.2). */
export function consistencyPath(oldSize: number, size: number): readonly Range[] {
  if (oldSize === 0 || oldSize === size) return [];
  const path: Range[] = [];
  let range: Range = { from: 0, to: size };
  // Whether the range at hand begins where the tree does: then its old hash is the old root, which is known.
  let whole = true;
  while (oldSize !== range.to) {
    const middle = range.from + splitOf(range.to - range.from);
    const goesLeft = oldSize <= middle;
    path.push(goesLeft ? { from: middle, to: range.to } : { from: range.from, to: middle });
    range = goesLeft ? { from: range.from, to: middle } : { from: middle, to: range.to };
    whole &&= goesLeft;
  }
  if (!whole) path.push(range);
  return path.reverse();
}

/** The hash of a range, from the hashes of its complete subtrees. */
export function hashOfSubtrees(hashes: readonly Uint8Array[]): Hash {
  const last = hashes.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight<Hash>((right, left) => hashChildren(left, right), Buffer.from(last));
}

export interface HashedSubtree extends Subtree {
  readonly hash: Hash;
}

/**
 * A tree that grows, of which only the right edge is held: the complete subtrees of all its leaves.
 * @param leaves how many it has
 * @param edge hashes of `subtreesOf({ from: 0, to: leaves })`
 */
export class GrowingTree {
  private leaves: number;
  private readonly edge: HashedSubtree[];

  constructor(leaves = 0, edge: readonly Uint8Array[] = []) {
    this.leaves = leaves;
    this.edge = subtreesOf({ from: 0, to: leaves }).map((subtree, place) => {
      const hash = edge[place];
      if (hash === undefined) throw new Error('A tree of this size has a longer edge');
      return { ...subtree, hash: Buffer.from(hash) };
    });
  }

  get size(): number {
    return this.leaves;
  }

  get root(): Hash {
    return hashOfSubtrees(this.edge.map(({ hash }) => hash));
  }

  /** Adds a leaf by its hash. @returns the subtrees that are complete with it, the leaf itself first */
  append(leafHash: Hash): readonly HashedSubtree[] {
    let complete: HashedSubtree = { level: 0, position: this.leaves, hash: leafHash };
    const made = [complete];
    for (let left = this.edge.at(-1); left?.level === complete.level; left = this.edge.at(-1)) {
      this.edge.pop();
      complete = {
        level: left.level + 1,
        position: left.position / 2,
        hash: hashChildren(left.hash, complete.hash),
      };
      made.push(complete);
    }
    this.edge.push(complete);
    this.leaves += 1;
    return made;
  }
}
