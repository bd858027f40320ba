import type { TokenRealm } from '../../_kernel/wire/access-token.js';

/** How long a retired key still verifies: longer than any token it signed can live. */
export const VERIFICATION_OVERLAP_MS = 60 * 60 * 1_000;

/** How long a new key is published before it signs: verifiers have all asked again by then. */
export const PUBLICATION_LEAD_MS = 10 * 60 * 1_000;

/** How old a key gets before another takes its place. */
export const ROTATION_AGE_MS = 30 * 24 * 60 * 60 * 1_000;

export interface SigningKeyState {
  readonly kid: string;
  readonly realm: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

const inUse = <Key extends SigningKeyState>(keys: readonly Key[], realm: TokenRealm): readonly Key[] =>
  keys
    .filter((key) => key.realm === realm && key.retiredAt === null)
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());

/** The youngest key of the realm, whether it signs already or not. */
export const youngestKeyOf = <Key extends SigningKeyState>(keys: readonly Key[], realm: TokenRealm): Key | null =>
  inUse(keys, realm)[0] ?? null;

/** The key that signs now: the youngest that every verifier knows by now; the only one, if there is but one. */
export function currentKeyOf<Key extends SigningKeyState>(
  keys: readonly Key[],
  realm: TokenRealm,
  now: Date,
): Key | null {
  const usable = inUse(keys, realm);
  return usable.find((key) => now.getTime() - key.createdAt.getTime() >= PUBLICATION_LEAD_MS) ?? usable.at(-1) ?? null;
}

/** Keys that sign no more, because a younger one does. */
export const outlivedKeys = <Key extends SigningKeyState>(
  keys: readonly Key[],
  realm: TokenRealm,
  now: Date,
): readonly Key[] => {
  const current = currentKeyOf(keys, realm, now);
  return inUse(keys, realm).filter((key) => current !== null && key.createdAt < current.createdAt);
};

/** The keys that tokens may still be verified with. */
export const verifyingKeys = <Key extends SigningKeyState>(keys: readonly Key[], now: Date): readonly Key[] =>
  keys.filter(
    (key) => key.retiredAt === null || now.getTime() - key.retiredAt.getTime() < VERIFICATION_OVERLAP_MS,
  );

/** A key id begins with its realm, so that verifiers can hold a token's key against its audience. */
export const newKeyId = (realm: TokenRealm, unique: string): string => `${realm}-${unique}`;
