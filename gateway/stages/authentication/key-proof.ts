import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from 'jose';
import type { KeyProof } from '../../request.js';
import type { RateCounter } from '../rate-limits/rate-counter.js';

/** How old a proof may be: it is made for one request, just before it is sent. */
const OLDEST_SECONDS = 60;
/** By how much a client's clock may be ahead of ours. */
const AHEAD_SECONDS = 10;
/** Longer than any proof is good for. */
const REMEMBERED_SECONDS = 2 * (OLDEST_SECONDS + AHEAD_SECONDS);
const LONGEST_PROOF = 4_096;
const LONGEST_ID = 256;

/** Asymmetric ones only: the key comes with the proof. */
export const KEY_PROOF_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const;

/** A proof that does not show what it has to. */
export class KeyProofError extends Error {
  override readonly name = 'KeyProofError';
}

/** Whether whoever shows a token has the key that it is bound to (RFC 9449). */
export interface KeyProofs {
  /**
   * @param token the access token that is shown
   * @param thumbprint of the key that it is bound to (RFC 7638)
   * @throws {KeyProofError} for a proof that is missing, not genuine, stale, made for another request, token or key,
   *   or shown before
   */
  check(proof: KeyProof | null | undefined, token: string, thumbprint: string): Promise<void>;
}

/** An address without what is not proved: its query and its fragment. */
function pageOf(address: unknown): string | null {
  if (typeof address !== 'string' || !URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

function requireMadeFor({ htm, htu, ath, iat }: JWTPayload, { method, url }: KeyProof, token: string, now: number): void {
  if (htm !== method) throw new KeyProofError('it was made for another method');
  const page = pageOf(htu);
  if (page === null || page !== pageOf(url)) throw new KeyProofError('it was made for another address');
  if (ath !== hash('sha256', token, 'base64url')) throw new KeyProofError('it was made for another token');
  const age = now / 1_000 - Number(iat);
  if (!(age <= OLDEST_SECONDS && age >= -AHEAD_SECONDS)) throw new KeyProofError('it was not made just now');
}

/**
 * @param shown counts what was shown before; processes that share it take no proof twice
 * @param now epoch milliseconds
 */
export function createKeyProofs(shown: RateCounter, now: () => number): KeyProofs {
  const opened = async (jwt: string) => {
    try {
      // When it was made is looked at below: `exp` and `nbf` are not of a proof.
      return await jwtVerify(jwt, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...KEY_PROOF_ALGORITHMS],
        requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
        currentDate: new Date(now()),
        clockTolerance: AHEAD_SECONDS,
      });
    } catch (error) {
      throw new KeyProofError('it is not genuine', { cause: error });
    }
  };

  return {
    async check(proof, token, thumbprint) {
      // Two headers of that name arrive as one with a comma, which no proof contains.
      if (!proof || proof.jwt.length > LONGEST_PROOF) throw new KeyProofError('there is none');
      const { payload, protectedHeader } = await opened(proof.jwt);
      const { jti } = payload;
      if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) throw new KeyProofError('it has no id');
      if (!protectedHeader.jwk || (await calculateJwkThumbprint(protectedHeader.jwk)) !== thumbprint) {
        throw new KeyProofError('it was made with another key');
      }
      requireMadeFor(payload, proof, token, now());
      const key = `key-proof:${hash('sha256', `${thumbprint} ${jti}`, 'base64url')}`;
      if ((await shown.add(key, 1, REMEMBERED_SECONDS)).counted > 1) throw new KeyProofError('it was shown before');
    },
  };
}
