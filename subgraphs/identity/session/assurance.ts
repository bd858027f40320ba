import type { AccessTokenClaims } from '../../_kernel/wire/access-token.js';

/** How a factor was proved, by the names of RFC 8176: something known, something held, somebody's mail; `fed` is another provider's word. */
export type ProofMethod = 'pwd' | 'otp' | 'kba' | 'mail' | 'hwk' | 'fed';

/** Which kind of factor each is; two of different kinds make two factors. */
const FACTOR: Readonly<Record<ProofMethod, 'known' | 'held' | 'mailbox' | 'both' | 'elsewhere'>> = {
  pwd: 'known',
  otp: 'held',
  kba: 'held', // a recovery code stands in for the phone
  mail: 'mailbox',
  hwk: 'both', // a passkey is held and unlocked
  fed: 'elsewhere', // whatever she showed to the provider counts as one factor here
};

/** What a token says of how its bearer proved who she is. */
export function assuranceClaims(
  amr: readonly string[],
  authenticatedAt: Date,
): Required<Pick<AccessTokenClaims, 'acr' | 'amr' | 'auth_time'>> {
  const kinds = new Set(amr.map((method) => FACTOR[method as ProofMethod]));
  const acr = kinds.has('both') || kinds.size > 1 ? 'aal2' : 'aal1';
  return { acr, amr, auth_time: Math.floor(authenticatedAt.getTime() / 1_000) };
}
