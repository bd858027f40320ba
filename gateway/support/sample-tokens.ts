import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JSONWebKeySet } from 'jose';

export const ISSUER = 'http://spine.test';

const makeKey = async (kid: string) => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
};

export const tenantKey = await makeKey('tenant-1');
export const platformKey = await makeKey('platform-1');
/** A key that identity does not publish. */
export const withdrawnKey = await makeKey('tenant-0');

export const publishedKeys: JSONWebKeySet = { keys: [tenantKey.jwk, platformKey.jwk] };

export interface TokenOptions {
  readonly key?: { readonly kid: string; readonly privateKey: CryptoKey };
  readonly kid?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; negative for a token that has run out. */
  readonly expiresIn?: number;
  readonly claims?: Record<string, unknown>;
}

const sign = (claims: Record<string, unknown>, options: TokenOptions & { readonly audience: string }): Promise<string> => {
  const key = options.key ?? tenantKey;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims, ...options.claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: options.kid ?? key.kid })
    .setIssuer(options.issuer ?? ISSUER)
    .setAudience(options.audience)
    .setIssuedAt(now - 60)
    .setExpirationTime(now + (options.expiresIn ?? 600))
    .sign(key.privateKey);
};

/** A member of the tenant, with the named permissions. */
export const memberToken = (
  tenant: { readonly id: string; readonly slug: string },
  permissions: readonly string[],
  options: TokenOptions = {},
): Promise<string> =>
  sign(
    { sub: 'u1', sid: 's1', tid: tenant.id, tenant: tenant.slug, mid: 'm1', roles: ['STAFF'], scope: permissions.join(' ') },
    { audience: 'spine:tenant', ...options },
  );

export const platformToken = (permissions: readonly string[], options: TokenOptions = {}): Promise<string> =>
  sign(
    { sub: 'a1', sid: 's2', roles: ['SUPER_ADMIN'], scope: permissions.join(' ') },
    { audience: 'spine:platform', key: platformKey, ...options },
  );
