import { SignJWT } from 'jose';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TOKEN_AUDIENCE, type AccessTokenClaims, type TokenRealm } from '../../_kernel/wire/access-token.js';
import type { SigningKeyService } from '../signing-key/signing-key.service.js';
import { ACCESS_TOKEN_SECONDS } from './session.js';

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface TokenIssuer {
  issue(realm: TokenRealm, claims: AccessTokenClaims, now: Date): Promise<IssuedToken>;
}

/** @param issuer URL that verifiers expect in `iss` */
export const createTokenIssuer = (signingKeys: SigningKeyService, issuer: string): TokenIssuer => ({
  async issue(realm, { sub, ...claims }, now) {
    const { kid, algorithm, privateKey } = await signingKeys.signerOf(realm);
    const issuedAt = Math.floor(now.getTime() / 1_000);
    const expires = issuedAt + ACCESS_TOKEN_SECONDS;
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt' })
      .setSubject(sub)
      .setIssuer(issuer)
      .setAudience(TOKEN_AUDIENCE[realm])
      .setIssuedAt(issuedAt)
      .setExpirationTime(expires)
      .setJti(uuidv7())
      .sign(privateKey);
    return { token, expiresAt: new Date(expires * 1_000) };
  },
});
