import { headIn, type TreeHead } from '../log/checkpoint.js';
import { provesConsistency } from '../log/merkle-proofs.js';
import { isSignedBy, parseNote, type Note, type Verifier } from '../log/signed-note.js';

/** What a log asks a witness: C2SP tlog-witness, `add-checkpoint`. */
export interface AddCheckpoint {
  readonly oldSize: number;
  /** From the old size to the checkpoint's. */
  readonly path: readonly Buffer[];
  readonly note: Note;
  readonly head: TreeHead;
}

const HASH_BYTES = 32;
const LONGEST_PATH = 63;

function hashIn(line: string): Buffer | null {
  const hash = Buffer.from(line, 'base64');
  return hash.length === HASH_BYTES && hash.toString('base64') === line ? hash : null;
}

/** The request in a body; null when it is none. */
export function parseAddCheckpoint(body: string): AddCheckpoint | null {
  const end = body.indexOf('\n\n');
  const [first, ...proof] = body.slice(0, Math.max(end, 0)).split('\n');
  const [, oldSize] = /^old (0|[1-9]\d{0,15})$/.exec(first ?? '') ?? [];
  const path = proof.map(hashIn);
  const note = parseNote(body.slice(end + 2));
  const head = note && headIn(note);
  if (end < 0 || oldSize === undefined || !note || !head || path.length > LONGEST_PATH) return null;
  if (path.some((hash) => hash === null)) return null;
  return { oldSize: Number(oldSize), path: path.filter((hash) => hash !== null), note, head };
}

/** What the witness has last co-signed of the log. */
export interface Witnessed {
  readonly size: number;
  /** Null as long as that was nothing. */
  readonly root: Buffer | null;
}

/** Why it is not co-signed, as HTTP says it; null to co-sign it. */
export type WitnessRefusal = 400 | 403 | 409 | 422;

/**
 * Whether a witness may co-sign: the log itself has signed it, and it is what was co-signed last with leaves added
 * behind.
 */
export function refusalOf(asked: AddCheckpoint, verifier: Verifier, last: Witnessed): WitnessRefusal | null {
  const { oldSize, path, note, head } = asked;
  if (!isSignedBy(note, verifier)) return 403;
  if (oldSize > head.size) return 400;
  if (oldSize !== last.size) return 409;
  if (oldSize === 0 || last.root === null) return path.length === 0 ? null : 422;
  if (oldSize === head.size && !last.root.equals(head.root)) return 409;
  const claim = { oldSize, oldRoot: last.root, size: head.size, root: head.root, path };
  return provesConsistency(claim) ? null : 422;
}
