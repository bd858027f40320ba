import { isSignedBy, parseNote, parseVerifier, verifierText, witnessVerifier, type Verifier } from '../log/signed-note.js';

/** A witness that is shown the heads of our logs. */
export interface AskedWitness {
  readonly url: string;
  readonly verifier: Verifier;
}

/** @throws {TypeError} for a key that is not that of a witness */
export function askedWitness({ url, verifierKey }: { readonly url: string; readonly verifierKey: string }): AskedWitness {
  const verifier = parseVerifier(verifierKey);
  const isWitness = verifier && verifierText(verifier) === verifierText(witnessVerifier(verifier.name, verifier.publicKey));
  if (!isWitness) throw new TypeError(`AUDIT_WITNESSES: ${verifierKey} is not the verifier key of a witness`);
  return { url, verifier };
}

/** An `add-checkpoint` request. @param proof from the old size to that of the checkpoint */
export const addCheckpointBody = (oldSize: number, proof: readonly Uint8Array[], note: string): string =>
  [`old ${oldSize}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', note].join('\n');

/**
 * The witness's own line in its answer, when it is under this checkpoint and its key has signed it; null otherwise.
 * Whatever else stands in the answer is not taken over.
 */
export function cosignatureIn(answer: string, note: string, verifier: Verifier): string | null {
  const lines = answer.split('\n').filter((line) => line.startsWith(`\u2014 ${verifier.name} `));
  for (const line of lines) {
    const signed = parseNote(`${note}${line}\n`);
    if (signed && isSignedBy(signed, verifier)) return `${line}\n`;
  }
  return null;
}

/** The size that a witness says it has co-signed last, in the answer to a request that began elsewhere. */
export function sizeIn(answer: string): number | null {
  const [, size] = /^(0|[1-9]\d{0,15})\n?$/.exec(answer) ?? [];
  return size === undefined ? null : Number(size);
}
