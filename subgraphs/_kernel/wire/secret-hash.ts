import { createHash } from 'node:crypto';

/**
 * What is kept of a secret that was made here, and what it is looked up by: its SHA-256 in hexadecimal. Such a secret is
 * random throughout, so a plain hash is enough; of what people choose it is not.
 */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What whoever began something keeps to herself, in the form in which it was told at the start (`S256` of RFC 7636). */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
