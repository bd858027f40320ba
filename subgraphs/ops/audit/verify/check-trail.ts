import { headIn, type TreeHead } from '../log/checkpoint.js';
import { GrowingTree, hashLeaf, type Hash } from '../log/merkle-tree.js';
import { isSignedBy, logVerifier, parseNote } from '../log/signed-note.js';

/** One leaf as it was found. */
export interface FoundLeaf {
  readonly index: number;
  /** UUID of its entry. */
  readonly id: string;
  /** What is hashed; null when the entry is gone. */
  readonly text: string | null;
  /** Its hash as it was kept beside it, where it was. */
  readonly keptHash: Hash | null;
  /** Whether address and browser are those that the leaf vouches for. */
  readonly clientHolds: boolean;
}

/** A log as it was found: in a database, or in a file. */
export interface FoundTrail {
  readonly origin: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Its signed heads, each as a note. */
  readonly checkpoints: readonly string[];
  /** In the order of their places. */
  readonly leaves: AsyncIterable<FoundLeaf>;
  /** Ids of entries that are in no tree and wait for none. */
  readonly strays: readonly string[];
}

/** What its finder has kept of it from before. */
export interface Remembered {
  /** Heads that it must still lead to, as notes. */
  readonly checkpoints: readonly string[];
}

export interface Verdict {
  readonly origin: string;
  readonly size: number;
  readonly checkpoints: number;
  /** A sentence each; empty when all is well. */
  readonly problems: readonly string[];
}

/** Problems beyond this many are counted only. */
const TOLD = 50;

class Problems {
  readonly told: string[] = [];
  private more = 0;

  add(problem: string): void {
    if (this.told.length < TOLD) this.told.push(problem);
    else this.more += 1;
  }

  all(): readonly string[] {
    return this.more === 0 ? this.told : [...this.told, `and ${this.more} more`];
  }
}

/** The heads that carry the log's own signature, by size; what does not is a problem. */
function believedHeads(trail: FoundTrail, remembered: Remembered, problems: Problems): Map<number, TreeHead[]> {
  const verifier = logVerifier(trail.origin, trail.publicKey);
  const heads = new Map<number, TreeHead[]>();
  for (const text of [...trail.checkpoints, ...remembered.checkpoints]) {
    const note = parseNote(text);
    const head = note && headIn(note);
    if (!note || !head) {
      problems.add('a checkpoint cannot be read');
    } else if (head.origin !== trail.origin) {
      problems.add(`a checkpoint is of another log: ${head.origin}`);
    } else if (!isSignedBy(note, verifier)) {
      problems.add(`the checkpoint at ${head.size} does not carry the log's signature`);
    } else {
      heads.set(head.size, [...(heads.get(head.size) ?? []), head]);
    }
  }
  return heads;
}

/** The hash to go on with: of what was found, or what was kept where nothing was. */
function leafHashOf({ index, id, text, keptHash, clientHolds }: FoundLeaf, problems: Problems): Hash {
  if (!clientHolds) problems.add(`the client's address or browser in entry ${id} (leaf ${index}) was changed`);
  if (text === null) {
    problems.add(`entry ${id} (leaf ${index}) was removed`);
    return keptHash ?? hashLeaf(Buffer.alloc(0));
  }
  const hash = hashLeaf(Buffer.from(text));
  if (keptHash && !keptHash.equals(hash)) problems.add(`entry ${id} (leaf ${index}) is not what it was when it came in`);
  return hash;
}

/**
 * Recomputes a log from its entries and holds it against everything that was ever signed of it.
 * Finds what was changed, removed, reordered, added beside the log or cut off, as long as one signed head from
 * before is among those that are given.
 */
export async function checkTrail(trail: FoundTrail, remembered: Remembered = { checkpoints: [] }): Promise<Verdict> {
  const problems = new Problems();
  const heads = believedHeads(trail, remembered, problems);
  const newest = Math.max(0, ...heads.keys());
  const tree = new GrowingTree();
  const compare = (): void => {
    for (const { root } of heads.get(tree.size) ?? []) {
      if (!root.equals(tree.root)) problems.add(`the first ${tree.size} entries are not those that were signed`);
    }
  };
  compare();
  for await (const leaf of trail.leaves) {
    if (leaf.index !== tree.size) {
      problems.add(`leaf ${tree.size} is missing: the next one is ${leaf.index}`);
      break;
    }
    tree.append(leafHashOf(leaf, problems));
    compare();
  }
  if (tree.size < newest) problems.add(`of ${newest} entries that were signed, ${tree.size} are there`);
  if (tree.size > newest) problems.add(`${tree.size - newest} entries at the end are under no signature`);
  for (const id of trail.strays) problems.add(`entry ${id} was added beside the log`);
  return { origin: trail.origin, size: tree.size, checkpoints: heads.size, problems: problems.all() };
}
