import type { TokenRealm } from '../../_kernel/wire/access-token.js';

/** How long a retired key still verifies: longer than any token it signed can live. */
export const VERIFICATION_OVERLAP_MS = 60 * 60 * 1_000;

export interface SigningKeyState {
  readonly kid: string;
  readonly realm: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

/** The key that signs now: the youngest of the realm that is not retired. */
export function currentKeyOf<Key extends SigningKeyState>(keys: readonly Key[], realm: TokenRealm): Key | null {
  const usable = keys.filter((key) => key.realm === realm && key.retiredAt === null);
  return usable.reduce<Key | null>(
    (youngest, key) => (youngest === null || key.createdAt > youngest.createdAt ? key : youngest),
    null,
  );
}

/** The keys that tokens may still be verified with. */
export const verifyingKeys = <Key extends SigningKeyState>(keys: readonly Key[], now: Date): readonly Key[] =>
  keys.filter(
    (key) => key.retiredAt === null || now.getTime() - key.retiredAt.getTime() < VERIFICATION_OVERLAP_MS,
  );

/** A key id begins with its realm, so that verifiers can hold a token's key against its audience. */
export const newKeyId = (realm: TokenRealm, unique: string): string => `${realm}-${unique}`;
