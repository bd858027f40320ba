import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export const PROOF_PURPOSES = ['EMAIL_VERIFICATION', 'PASSWORD_RESET', 'SIGN_IN', 'EMAIL_CHANGE'] as const;
export type ProofPurpose = (typeof PROOF_PURPOSES)[number];

/** Minutes that a proof is good for. */
export const PROOF_MINUTES: Readonly<Record<ProofPurpose, number>> = {
  EMAIL_VERIFICATION: 24 * 60,
  PASSWORD_RESET: 60,
  SIGN_IN: 10,
  EMAIL_CHANGE: 24 * 60,
};

/** Proofs of one purpose that an address is sent in an hour: more would be a way to fill somebody's mailbox. */
export const PROOFS_AN_HOUR = 5;

/** Wrong codes after which the right one counts no more: a million codes, five tries. */
const MOST_WRONG_CODES = 5;

/** Sealed for this purpose, so that no other sealed value is ever taken for the address of a proof. */
export const ADDRESS_PURPOSE = 'address of a mailed proof';

const PREFIX = 'spm_';

/** What goes into the link: 256 random bits. */
export const newProofToken = (): string => PREFIX + randomBytes(32).toString('base64url');

/** What can be typed from one screen into another: six digits. */
export const newProofCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

/** What is kept of a token. It is random throughout, so a plain hash is enough. */
export const hashProofToken = (token: string): string => hashOfSecret(token);

/** What is kept of a code; with the proof's id, so that equal codes do not look equal. */
export const hashProofCode = (proofId: string, code: string): string => hashOfSecret(`${proofId}:${code}`);

export const codeFits = (proof: { readonly id: string; readonly codeHash: string }, code: string): boolean =>
  timingSafeEqual(Buffer.from(proof.codeHash), Buffer.from(hashProofCode(proof.id, code)));

/** What somebody shows: the link's token, or the code with the address it was sent to. */
export type ShownProof =
  | { readonly token: string }
  | { readonly email: string; readonly code: string };

export interface KeptProof {
  readonly wrongCodes: number;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** Whether a proof still counts. */
export const isStanding = ({ usedAt, expiresAt, wrongCodes }: KeptProof, now: Date): boolean =>
  usedAt === null && expiresAt > now && wrongCodes < MOST_WRONG_CODES;
