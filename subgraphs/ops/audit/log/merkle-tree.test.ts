import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { provesConsistency, provesInclusion } from './merkle-proofs.js';
import {
  consistencyPath,
  EMPTY_ROOT,
  GrowingTree,
  hashLeaf,
  hashOfSubtrees,
  inclusionPath,
  subtreesOf,
  type Range,
} from './merkle-tree.js';

/** RFC 6962, section 2.1, word for word: the judge of everything below. */
const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.from([0]), leaves[0] as Buffer);
  let k = 1;
  while (k << 1 < leaves.length) k <<= 1;
  return sha(Buffer.from([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, n) => Buffer.from(`leaf ${n}`));

/** A tree whose complete subtrees are all kept, as the database does. */
function keptTree(leaves: readonly Buffer[]) {
  const tree = new GrowingTree();
  const kept = new Map<string, Buffer>();
  for (const leaf of leaves) {
    for (const { level, position, hash } of tree.append(hashLeaf(leaf))) kept.set(`${level}/${position}`, hash);
  }
  const hashOf = (range: Range) =>
    hashOfSubtrees(subtreesOf(range).map(({ level, position }) => kept.get(`${level}/${position}`) as Buffer));
  return { tree, hashOf };
}

const sizes = fc.integer({ min: 1, max: 130 });

describe('the tree', () => {
  it('has the root of the standard, for every size and from every size on', () => {
    const leaves = leavesOf(70);
    expect(new GrowingTree().root).toEqual(EMPTY_ROOT);
    const { hashOf } = keptTree(leaves);
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(hashOf({ from: 0, to: size })).toEqual(mth(leaves.slice(0, size)));
      const edge = subtreesOf({ from: 0, to: size }).map(({ level, position }) =>
        hashOf({ from: position * 2 ** level, to: (position + 1) * 2 ** level }),
      );
      const resumed = new GrowingTree(size, edge);
      for (const leaf of leaves.slice(size)) resumed.append(hashLeaf(leaf));
      expect(resumed.root).toEqual(mth(leaves));
    }
  });

  it('has the root of the published test vectors', () => {
    // The eight inputs and the root of the reference implementation of Certificate Transparency.
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const tree = new GrowingTree();
    for (const input of inputs) tree.append(hashLeaf(Buffer.from(input, 'hex')));
    expect(tree.root.toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });

  it('proves of every leaf that it is in, and of nothing else', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, pick, flip) => {
        const leaves = leavesOf(size);
        const { tree, hashOf } = keptTree(leaves);
        const leafIndex = pick % size;
        const path = inclusionPath(leafIndex, size).map(hashOf);
        const claim = { leafIndex, treeSize: size, leafHash: hashLeaf(leaves[leafIndex] as Buffer), path, root: tree.root };
        expect(provesInclusion(claim)).toBe(true);
        expect(provesInclusion({ ...claim, leafHash: hashLeaf(Buffer.from('another')) })).toBe(false);
        expect(provesInclusion({ ...claim, leafIndex: leafIndex + 1 })).toBe(false);
        expect(provesInclusion({ ...claim, path: [...path, tree.root] })).toBe(false);
        if (path.length === 0) return;
        const bent = path.map((hash, at) => (at === flip % path.length ? hashLeaf(hash) : hash));
        expect(provesInclusion({ ...claim, path: bent })).toBe(false);
        expect(provesInclusion({ ...claim, path: path.slice(1) })).toBe(false);
      }),
    );
  });

  it('proves that it has only grown, and nothing that is not so', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, pick, change) => {
        const oldSize = (pick % size) + 1;
        const leaves = leavesOf(size);
        const { tree, hashOf } = keptTree(leaves);
        const path = consistencyPath(oldSize, size).map(hashOf);
        const claim = { oldSize, oldRoot: mth(leaves.slice(0, oldSize)), size, root: tree.root, path };
        expect(provesConsistency(claim)).toBe(true);
        const altered = leaves.slice(0, oldSize).map((leaf, at) => (at === change % oldSize ? Buffer.from('x') : leaf));
        expect(provesConsistency({ ...claim, oldRoot: mth(altered) })).toBe(false);
        expect(provesConsistency({ ...claim, root: hashLeaf(tree.root) })).toBe(false);
        expect(provesConsistency({ ...claim, path: [...path, tree.root] })).toBe(false);
        expect(provesConsistency({ ...claim, oldSize: size + 1 })).toBe(false);
      }),
    );
    expect(provesConsistency({ oldSize: 0, oldRoot: EMPTY_ROOT, size: 3, root: mth(leavesOf(3)), path: [] })).toBe(true);
    expect(provesConsistency({ oldSize: 0, oldRoot: mth(leavesOf(1)), size: 3, root: mth(leavesOf(3)), path: [] })).toBe(false);
  });
});
