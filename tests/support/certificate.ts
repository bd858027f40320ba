import { generateKeyPairSync } from 'node:crypto';
import { RSA_BITS, selfSigned, type SigningPair } from '../../subgraphs/identity/identity-provider/signing-pair.js';

export type { SigningPair };

/** A new RSA key of somebody else, and a certificate for it that it has signed itself. */
export const newSigningPair = (name: string): SigningPair =>
  selfSigned(name, generateKeyPairSync('rsa', { modulusLength: RSA_BITS }));
