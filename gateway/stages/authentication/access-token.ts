import { hash } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { TOKEN_AUDIENCE, type TokenRealm } from '../../../subgraphs/_kernel/wire/access-token.js';
import type { MemberPrincipal, PlatformPrincipal, ServicePrincipal } from '../../../subgraphs/_kernel/wire/principal.js';
import { Refusal } from '../../refusal.js';
import type { SecuritySignals } from '../../security-signals.js';
import type { AuthenticationStrategy, Credentials } from './authentication.js';
import { bearerTokenOf } from './bearer-token.js';
import { KeysUnavailableError, type KeySet } from './key-set.js';
import { MalformedClaimsError, principalOfClaims } from './principal-of-claims.js';

const REQUIRED_CLAIMS = ['sub', 'exp', 'iat', 'sid'];

/** The realm that signs with the named key. A key without a realm's prefix is nobody's. */
function realmOfKey(kid: string | undefined): TokenRealm {
  if (kid?.startsWith('tenant-')) return 'tenant';
  if (kid?.startsWith('platform-')) return 'platform';
  throw new MalformedClaimsError('the key id belongs to no realm');
}

interface VerifiedToken {
  readonly principal: MemberPrincipal | PlatformPrincipal | ServicePrincipal;
  readonly tenantId: string | null;
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

/**
 * Access tokens as JWT. Only EdDSA is accepted, so neither `none` nor an HMAC keyed with a public key is ever
 * tried; the key id's realm decides which audience the token must have, so a tenant's token is no platform
 * token whatever it claims.
 * @param now epoch milliseconds
 */
export function createAccessTokenStrategy(parts: {
  readonly keys: KeySet;
  readonly issuer: string;
  readonly signals: SecuritySignals;
  readonly now: () => number;
}): AuthenticationStrategy {
  const { keys, issuer, signals, now } = parts;
  const verified = new LRUCache<string, VerifiedToken>({ max: 10_000 });

  const verify = async (token: string): Promise<VerifiedToken> => {
    const realm = realmOfKey(decodeProtectedHeader(token).kid);
    const { payload } = await jwtVerify(token, (header, input) => keys.keyFor(header, input), {
      algorithms: ['EdDSA'],
      issuer,
      audience: TOKEN_AUDIENCE[realm],
      requiredClaims: REQUIRED_CLAIMS,
      currentDate: new Date(now()),
    });
    return {
      principal: principalOfClaims(payload, realm),
      tenantId: realm === 'tenant' ? String(payload['tid']) : null,
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

  return {
    name: 'access-token',
    async authenticate(request): Promise<Credentials | null> {
      const token = bearerTokenOf(request.authorization);
      if (!token) return null;
      try {
        return await remembered(token);
      } catch (error) {
        if (error instanceof KeysUnavailableError) {
          throw new Refusal('SUBGRAPH_UNAVAILABLE', 'Sign-ins cannot be checked at the moment');
        }
        signals.report('JWT_VALIDATION_ERROR', request.tenant.id);
        throw new Refusal('UNAUTHENTICATED', 'The access token is not valid');
      }
    },
  };
}
