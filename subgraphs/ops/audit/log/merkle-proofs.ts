import { EMPTY_ROOT, hashChildren, type Hash } from './merkle-tree.js';

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

export interface InclusionClaim {
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly leafHash: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Whether the leaf is in the tree (RFC 9162, section 2.1.3.2). */
export function provesInclusion({ leafIndex, treeSize, leafHash, path, root }: InclusionClaim): boolean {
  if (leafIndex < 0 || leafIndex >= treeSize) return false;
  let node = leafIndex;
  let last = treeSize - 1;
  let hash: Hash = Buffer.from(leafHash);
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashChildren(sibling, hash);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = hashChildren(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && hash.equals(root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** Without a path: of a tree that has not grown, or that began empty. */
function agreesWithoutPath({ oldSize, oldRoot, size, root }: ConsistencyClaim): boolean {
  if (oldSize === 0) return EMPTY_ROOT.equals(oldRoot);
  return oldSize === size && Buffer.from(oldRoot).equals(root);
}

/** Where the walk up both trees stands: a node of the smaller one, and the last of the greater one's level. */
interface Place {
  readonly node: number;
  readonly last: number;
}

const isLeftBelowRoot = (node: number): boolean => !isOdd(node) && node !== 0;

/** As far up as `goesOn` says. */
function climb(place: Place, goesOn: (node: number) => boolean): Place {
  let { node, last } = place;
  while (goesOn(node)) {
    node = half(node);
    last = half(last);
  }
  return { node, last };
}

/** Whether the greater tree is the smaller one with leaves added behind (RFC 9162, section 2.1.4.2). */
export function provesConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, oldRoot, size, root, path } = claim;
  if (path.length === 0) return agreesWithoutPath(claim);
  if (oldSize > size || oldSize === 0) return false;
  let place = climb({ node: oldSize - 1, last: size - 1 }, isOdd);
  // A smaller tree that is complete is a subtree of the greater one, so its root is not told again.
  const [first = EMPTY_ROOT, ...rest] = place.node === 0 ? [oldRoot, ...path] : path;
  let old: Hash = Buffer.from(first);
  let grown: Hash = old;
  for (const sibling of rest) {
    const { node, last } = place;
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      old = hashChildren(sibling, old);
      grown = hashChildren(sibling, grown);
      place = climb(place, isLeftBelowRoot);
    } else {
      grown = hashChildren(grown, sibling);
    }
    place = { node: half(place.node), last: half(place.last) };
  }
  return place.last === 0 && old.equals(oldRoot) && grown.equals(root);
}
