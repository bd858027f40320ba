/** Who may accept a token: each realm has its own signing keys and its own audience. */
export const TOKEN_REALMS = ['tenant', 'platform'] as const;
export type TokenRealm = (typeof TOKEN_REALMS)[number];

export const TOKEN_AUDIENCE = {
  tenant: 'spine:tenant',
  platform: 'spine:platform',
} as const satisfies Record<TokenRealm, string>;

/** Path at which identity publishes its verification keys (RFC 7517), both realms in one set. */
export const JWKS_PATH = '/.well-known/jwks.json';

/** Requests an hour that a program may make with the tokens of one client. */
export const CLIENT_HOURLY_LIMIT = 1_000;

/** Private claims of an access token, beside the registered `iss aud sub iat exp jti`. */
export interface AccessTokenClaims {
  /** Subject: the user's or the administrator's UUID. */
  readonly sub: string;
  /** Session id; what revocation names. */
  readonly sid: string;
  /** Tenant UUID and slug; absent in the platform realm. */
  readonly tid?: string;
  readonly tenant?: string;
  /** Membership UUID; absent in the platform realm, and for a program. */
  readonly mid?: string;
  /** UUID of the service account that acts; `sid` is then the id of the client that acts as it. */
  readonly sva?: string;
  /** Whose hands the token is in when they are not the subject's (RFC 8693): an administrator's UUID. */
  readonly act?: { readonly sub: string };
  /** Level of assurance, and how it came about, by the names of RFC 8176. */
  readonly acr?: 'aal1' | 'aal2';
  readonly amr?: readonly string[];
  /** Epoch seconds of the newest proof of who it is. */
  readonly auth_time?: number;
  readonly roles: readonly string[];
  /** Space-separated permissions, as in RFC 8693. */
  readonly scope: string;
}
