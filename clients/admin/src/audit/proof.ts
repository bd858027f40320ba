/** What the platform shows of an entry: where it stands in the log, and the way from there to a signed head. */
export interface InclusionProof {
  readonly leafIndex: number;
  /** The text of the entry that is hashed. */
  readonly leaf: string;
  /** The siblings on the way up, in base64. */
  readonly hashes: readonly string[];
  readonly checkpoint: { readonly size: number; readonly rootHash: string; readonly note: string };
}

export type Verdict =
  | { readonly holds: true; readonly size: number; readonly root: string }
  /** @param why a sentence */
  | { readonly holds: false; readonly why: string };

type Bytes = Uint8Array<ArrayBuffer>;

const bytesOf = (base64: string): Bytes => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const textBytes = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));
const base64Of = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));

async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root that a leaf and its siblings lead to (RFC 9162, section 2.1.3.2); null when their number cannot be right. */
export async function rootFrom(leaf: string, index: number, size: number, hashes: readonly string[]): Promise<string | null> {
  let node = index;
  let last = size - 1;
  let root = await sha256(LEAF, textBytes(leaf));
  for (const sibling of hashes.map(bytesOf)) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = await sha256(NODE, sibling, root);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root = await sha256(NODE, root, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? base64Of(root) : null;
}

const ED25519 = 0x01;
const KEY_HASH_BYTES = 4;

/** Whether the log's own key has signed a head. @param verifierKey `name+hash+key` by C2SP signed-note */
export async function isSigned(note: string, verifierKey: string): Promise<boolean> {
  const [name = '', , ...rest] = verifierKey.split('+');
  const key = bytesOf(rest.join('+'));
  const end = note.lastIndexOf('\n\n');
  if (key[0] !== ED25519 || end < 0) return false;
  const publicKey = await crypto.subtle.importKey('raw', key.slice(1), 'Ed25519', false, ['verify']);
  const line = note
    .slice(end + 2)
    .split('\n')
    .find((candidate) => candidate.startsWith(`\u2014 ${name} `));
  if (line === undefined) return false;
  const signature = bytesOf(line.slice(line.lastIndexOf(' ') + 1)).slice(KEY_HASH_BYTES);
  return crypto.subtle.verify('Ed25519', publicKey, signature, textBytes(note.slice(0, end + 1)));
}

const refuted = (why: string): Verdict => ({ holds: false, why });

/**
 * Whether an entry is in the log, by this machine's own reckoning: its text leads to the root, the root is the one
 * of the head, the head carries the log's signature, and the text is of the entry that was asked about.
 * @param entryId the 32 digits of its global id
 */
export async function checkInclusion(
  proof: InclusionProof,
  { entryId, origin, verifierKey }: { readonly entryId: string; readonly origin: string; readonly verifierKey: string },
): Promise<Verdict> {
  const { leaf, leafIndex, hashes, checkpoint } = proof;
  const told = JSON.parse(leaf) as { readonly id?: unknown };
  if (typeof told.id !== 'string' || told.id.replaceAll('-', '') !== entryId) return refuted('The proof is of another entry.');
  const root = await rootFrom(leaf, leafIndex, checkpoint.size, hashes);
  const [noteOrigin, noteSize, noteRoot] = checkpoint.note.split('\n');
  if (root === null || root !== noteRoot) return refuted('The entry does not lead to the root of the log.');
  if (noteOrigin !== origin || Number(noteSize) !== checkpoint.size) return refuted('The signed head is of another log or size.');
  if (!(await isSigned(checkpoint.note, verifierKey))) return refuted("The head does not carry the log's signature.");
  return { holds: true, size: checkpoint.size, root };
}
