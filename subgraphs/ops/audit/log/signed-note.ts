import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';

/** C2SP signed-note: what kind of signature a key makes. */
const ED25519 = 0x01;
/** C2SP tlog-cosignature: a witness's, over the time and the checkpoint. */
const COSIGNATURE_V1 = 0x04;

const KEY_BYTES = 32;
const KEY_HASH_BYTES = 4;
/** What stands before the 32 bytes in PKCS #8 and SPKI. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A pair of Ed25519 keys, each as its 32 bytes. */
export interface SigningKey {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length),
  };
}

const privateKeyOf = (bytes: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, bytes]), format: 'der', type: 'pkcs8' });
const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });

const keyHash = (name: string, kind: number, publicKey: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(kind))
    .update(publicKey)
    .digest()
    .subarray(0, KEY_HASH_BYTES);

/** Whose signatures of which kind are believed. */
export interface Verifier {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly kind: number;
}

/** As it is published: `name+hash+key`. */
export const verifierText = ({ name, publicKey, kind }: Verifier): string =>
  `${name}+${keyHash(name, kind, publicKey).toString('hex')}+${Buffer.concat([Uint8Array.of(kind), publicKey]).toString('base64')}`;

export const logVerifier = (name: string, publicKey: Uint8Array): Verifier => ({
  name,
  publicKey: Buffer.from(publicKey),
  kind: ED25519,
});
export const witnessVerifier = (name: string, publicKey: Uint8Array): Verifier => ({
  name,
  publicKey: Buffer.from(publicKey),
  kind: COSIGNATURE_V1,
});

/** Whether a name can stand in a signature line. */
export const isKeyName = (name: string): boolean => name !== '' && !/[\s+]/u.test(name);

/** A published verifier key; null when it is not one of a log or a witness, or its parts disagree. */
export function parseVerifier(text: string): Verifier | null {
  const [name, hash, ...rest] = text.trim().split('+');
  // The key's own base64 may hold a plus sign.
  const key = Buffer.from(rest.join('+'), 'base64');
  const kind = key[0];
  if (!name || !hash || !isKeyName(name) || key.length !== KEY_BYTES + 1) return null;
  if (kind !== ED25519 && kind !== COSIGNATURE_V1) return null;
  const publicKey = key.subarray(1);
  return keyHash(name, kind, publicKey).toString('hex') === hash ? { name, publicKey, kind } : null;
}

const signatureLine = (name: string, hash: Buffer, signature: Uint8Array): string =>
  `\u2014 ${name} ${Buffer.concat([hash, signature]).toString('base64')}\n`;

/** @param text ends in a line break */
export function signNote(text: string, name: string, { privateKey, publicKey }: SigningKey): string {
  const signature = sign(null, Buffer.from(text), privateKeyOf(privateKey));
  return `${text}\n${signatureLine(name, keyHash(name, ED25519, publicKey), signature)}`;
}

export interface NoteSignature {
  readonly name: string;
  readonly hash: Buffer;
  readonly signature: Buffer;
}

export interface Note {
  /** What was signed, with its last line break. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/u;

function parseSignature(line: string): NoteSignature | null {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (!name || bytes.length <= KEY_HASH_BYTES) return null;
  return { name, hash: bytes.subarray(0, KEY_HASH_BYTES), signature: bytes.subarray(KEY_HASH_BYTES) };
}

/** A note taken apart; null when it is none. Nothing is believed yet. */
export function parseNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map(parseSignature);
  if (signatures.some((signature) => signature === null)) return null;
  return { text: note.slice(0, end + 1), signatures: signatures.filter((signature) => signature !== null) };
}

const timedMessage = (text: string, seconds: number | bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

function isSignedAs(text: string, signature: Buffer, { publicKey, kind }: Verifier): boolean {
  if (kind === ED25519) return verify(null, Buffer.from(text), publicKeyOf(publicKey), signature);
  if (signature.length !== 8 + 64) return false;
  return verify(null, timedMessage(text, signature.readBigUInt64BE()), publicKeyOf(publicKey), signature.subarray(8));
}

/** Whether the verifier's key has signed the note. */
export function isSignedBy({ text, signatures }: Note, verifier: Verifier): boolean {
  const hash = keyHash(verifier.name, verifier.kind, verifier.publicKey);
  return signatures.some(
    (given) => given.name === verifier.name && given.hash.equals(hash) && isSignedAs(text, given.signature, verifier),
  );
}

/** A witness's signature line under a checkpoint: it has seen it at this time, and nothing that disagrees with it. */
export function cosign(text: string, name: string, { privateKey, publicKey }: SigningKey, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(null, timedMessage(text, seconds), privateKeyOf(privateKey));
  return signatureLine(name, keyHash(name, COSIGNATURE_V1, publicKey), Buffer.concat([time, signature]));
}
