import { hash } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { TOKEN_AUDIENCE, type TokenRealm } from '../../../subgraphs/_kernel/wire/access-token.js';
import type { MemberPrincipal, PlatformPrincipal, ServicePrincipal } from '../../../subgraphs/_kernel/wire/principal.js';
import { Refusal } from '../../refusal.js';
import type { SecuritySignals } from '../../security-signals.js';
import type { AuthenticationStrategy, Credentials } from './authentication.js';
import { shownTokenOf, type ShownToken } from './bearer-token.js';
import { KEY_PROOF_ALGORITHMS, KeyProofError, type KeyProofs } from './key-proof.js';
import { KeysUnavailableError, type KeySet } from './key-set.js';
import type { TenantRequest } from '../tenant/tenant.js';
import { keyOfClaims, MalformedClaimsError, principalOfClaims } from './principal-of-claims.js';
import type { TokenIssuers } from './token-issuers.js';

const REQUIRED_CLAIMS = ['iss', 'sub', 'exp', 'iat', 'sid'];

/** The realm that signs with the named key. A key without a realm's prefix is nobody's. */
function realmOfKey(kid: string | undefined): TokenRealm {
  if (kid?.startsWith('tenant-')) return 'tenant';
  if (kid?.startsWith('platform-')) return 'platform';
  throw new MalformedClaimsError('the key id belongs to no realm');
}

interface VerifiedToken {
  readonly principal: MemberPrincipal | PlatformPrincipal | ServicePrincipal;
  readonly tenantId: string | null;
  readonly issuer: string;
  /** Thumbprint of the key that it is bound to; null for one that is bound to none. */
  readonly boundTo: string | null;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7/;

/** To the millisecond where the token's id says so, which it may within the second that `iat` names. */
function issuedAtOf({ iat, jti }: JWTPayload): number {
  const second = Number(iat) * 1000;
  const [, high = '', low = ''] = UUID_V7.exec(jti ?? '') ?? [];
  const exact = high === '' ? NaN : parseInt(high + low, 16);
  return exact >= second && exact < second + 1000 ? exact : second;
}

const CHALLENGE = `DPoP algs="${KEY_PROOF_ALGORITHMS.join(' ')}"`;

function refusalOf(error: unknown, { asBound }: ShownToken): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof KeysUnavailableError) {
    return new Refusal('SUBGRAPH_UNAVAILABLE', 'Sign-ins cannot be checked at the moment');
  }
  if (error instanceof KeyProofError) {
    const headers = { 'www-authenticate': `${CHALLENGE}, error="invalid_dpop_proof"` };
    return new Refusal('UNAUTHENTICATED', `The proof of the key is not valid: ${error.message}`, { headers });
  }
  const scheme = asBound ? `${CHALLENGE},` : 'Bearer';
  const headers = { 'www-authenticate': `${scheme} error="invalid_token"` };
  return new Refusal('UNAUTHENTICATED', 'The access token is not valid', { headers });
}

/**
 * Access tokens as JWT. Only EdDSA is accepted, so neither `none` nor an HMAC keyed with a public key is ever
 * tried; the key id's realm decides which audience the token must have, so a tenant's token is no platform
 * token whatever it claims. Who issued it has to be the platform, or the company itself at an address that is its own now.
 * One that is bound to a key is taken with a proof of that key only (RFC 9449).
 * @param now epoch milliseconds
 */
export function createAccessTokenStrategy(parts: {
  readonly keys: KeySet;
  readonly proofs: KeyProofs;
  /** The platform's own: of every token of its staff. */
  readonly issuer: string;
  readonly issuers: TokenIssuers;
  readonly signals: SecuritySignals;
  readonly now: () => number;
}): AuthenticationStrategy {
  const { keys, proofs, issuer, issuers, signals, now } = parts;
  const verified = new LRUCache<string, VerifiedToken>({ max: 10_000 });

  const verify = async (token: string): Promise<VerifiedToken> => {
    const realm = realmOfKey(decodeProtectedHeader(token).kid);
    const { payload } = await jwtVerify(token, (header, input) => keys.keyFor(header, input), {
      algorithms: ['EdDSA'],
      ...(realm === 'platform' ? { issuer } : {}),
      audience: TOKEN_AUDIENCE[realm],
      requiredClaims: REQUIRED_CLAIMS,
      currentDate: new Date(now()),
    });
    return {
      principal: principalOfClaims(payload, realm),
      boundTo: keyOfClaims(payload),
      tenantId: realm === 'tenant' ? String(payload['tid']) : null,
      issuer: payload.iss ?? '',
      issuedAt: issuedAtOf(payload),
      expiresAt: Number(payload.exp) * 1000,
    };
  };

  const remembered = async (token: string): Promise<VerifiedToken> => {
    const key = hash('sha256', token, 'base64url');
    const known = verified.get(key);
    if (known && known.expiresAt > now()) return known;
    const fresh = await verify(token);
    verified.set(key, fresh);
    return fresh;
  };

  /** Asked with every request: a company may have lost the domain since. One for another company is refused as such, later. */
  const requireIssuer = async ({ tenantId, issuer: named }: VerifiedToken, request: TenantRequest): Promise<void> => {
    if (tenantId !== request.tenant.id) return;
    if (!(await issuers.accept(named, request))) throw new MalformedClaimsError('its issuer is none of the company');
  };

  return {
    name: 'access-token',
    async authenticate(request): Promise<Credentials | null> {
      const shown = shownTokenOf(request.authorization);
      if (!shown) return null;
      try {
        const verified = await remembered(shown.token);
        await requireIssuer(verified, request);
        // One that is bound is nothing to bear, and what is not bound cannot be proved.
        if ((verified.boundTo !== null) !== shown.asBound) throw new MalformedClaimsError('it is shown as another kind');
        if (verified.boundTo !== null) await proofs.check(request.keyProof, shown.token, verified.boundTo);
        return verified;
      } catch (error) {
        const refusal = refusalOf(error, shown);
        if (refusal.code === 'UNAUTHENTICATED') signals.report('JWT_VALIDATION_ERROR', request.tenant.id);
        throw refusal;
      }
    },
  };
}
