import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkpointText, headIn } from './checkpoint.js';
import {
  cosign,
  generateSigningKey,
  isSignedBy,
  logVerifier,
  parseNote,
  parseVerifier,
  signNote,
  verifierText,
  witnessVerifier,
} from './signed-note.js';

const NAME = 'spine.example/audit/one';
const key = generateSigningKey();
const head = { origin: NAME, size: 42, root: createHash('sha256').update('root').digest() };
const note = signNote(checkpointText(head), NAME, key);

describe('a signed note', () => {
  it('is read by whoever follows the specification alone', () => {
    // Written from C2SP signed-note and tlog-checkpoint, without a line of ours.
    const [text, signatureLine] = note.split('\n\n') as [string, string];
    const [dash, name, encoded] = signatureLine.trim().split(' ') as [string, string, string];
    const blob = Buffer.from(encoded, 'base64');
    const id = createHash('sha256').update(Buffer.concat([Buffer.from(`${NAME}\n\x01`), key.publicKey])).digest().subarray(0, 4);
    expect([dash, name]).toEqual(['—', NAME]);
    expect(blob.subarray(0, 4)).toEqual(id);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.publicKey.toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    expect(verify(null, Buffer.from(`${text}\n`), publicKey, blob.subarray(4))).toBe(true);
    expect(text).toBe(`${NAME}\n42\n${head.root.toString('base64')}`);
  });

  it('is believed of its own key only, and not when a letter of it is changed', () => {
    const verifier = logVerifier(NAME, key.publicKey);
    const parsed = parseNote(note);
    if (!parsed) throw new Error('It is a note');
    expect(isSignedBy(parsed, verifier)).toBe(true);
    expect(headIn(parsed)).toEqual(head);
    expect(isSignedBy(parsed, logVerifier(NAME, generateSigningKey().publicKey))).toBe(false);
    expect(isSignedBy(parsed, logVerifier('spine.example/audit/two', key.publicKey))).toBe(false);
    expect(isSignedBy({ ...parsed, text: parsed.text.replace('42', '43') }, verifier)).toBe(false);
  });

  it('publishes its key as the specification writes it', () => {
    // The example key of Go's x/mod/sumdb/note.
    const example = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const verifier = parseVerifier(example);
    expect(verifier && verifierText(verifier)).toBe(example);
    expect(parseVerifier(example.replace('c74f20a3', 'c74f20a4'))).toBeNull();
    expect(parseVerifier(verifierText(logVerifier(NAME, key.publicKey)))).toEqual(logVerifier(NAME, key.publicKey));
    for (const nonsense of ['', 'a+b+c', 'name', `${NAME}+00000000+`]) expect(parseVerifier(nonsense)).toBeNull();
  });

  it('is none when something is amiss', () => {
    for (const nonsense of ['', 'text', 'text\n\n', 'text\n\nno signature\n', `${note}trailing`]) {
      expect(parseNote(nonsense)).toBeNull();
    }
    const texts = ['', 'o\n1\n', 'o\n01\nAAAA\n', `o\n-1\n${head.root.toString('base64')}\n`, `o\n1\n${head.root.toString('base64')}=\n`];
    for (const text of texts) expect(headIn({ text, signatures: [] })).toBeNull();
  });
});

describe('a co-signature', () => {
  it('is the witness’s, over the time and the checkpoint', () => {
    const witness = generateSigningKey();
    const at = new Date('2026-03-01T10:00:00Z');
    const parsed = parseNote(note + cosign(checkpointText(head), 'witness.example', witness, at));
    if (!parsed) throw new Error('It is a note');
    expect(isSignedBy(parsed, witnessVerifier('witness.example', witness.publicKey))).toBe(true);
    expect(isSignedBy(parsed, logVerifier('witness.example', witness.publicKey))).toBe(false);
    const line = parsed.signatures[1];
    expect(line?.signature.readBigUInt64BE()).toBe(BigInt(at.getTime() / 1_000));
    const moved = Buffer.from(line?.signature ?? '');
    moved.writeBigUInt64BE(1n);
    const forged = { ...parsed, signatures: [{ name: 'witness.example', hash: line?.hash ?? Buffer.alloc(4), signature: moved }] };
    expect(isSignedBy(forged, witnessVerifier('witness.example', witness.publicKey))).toBe(false);
  });
});
