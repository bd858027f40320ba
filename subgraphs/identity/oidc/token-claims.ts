import type { AccessToken, ClientCredentials, JWTStructured } from 'oidc-provider';
import { errors } from './library.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { AccessTokenClaims } from '../../_kernel/wire/access-token.js';
import type { SignIn } from '../session/sign-in.js';
import { serviceAccountOf, uuidOf } from './client-metadata.js';
import type { GrantService } from './grant.service.js';

const wordsOf = (scope: unknown): readonly string[] => (typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []);

/** Says in a token for the graph what the gateway reads in every other: who it is, inside which company, since when. */
export function createTokenClaims(parts: {
  readonly grants: GrantService;
  readonly signIn: SignIn;
}) {
  const { grants, signIn } = parts;

  const dress = (structured: JWTStructured, claims: AccessTokenClaims, allowed: readonly string[]): void => {
    const asked = wordsOf(structured.payload['scope']);
    Object.assign(structured.payload, claims, {
      jti: uuidv7(),
      scope: allowed.filter((permission) => asked.includes(permission)).join(' '),
    });
  };

  return async (context: RequestContext, token: AccessToken | ClientCredentials, structured: JWTStructured): Promise<void> => {
    if (token.kind === 'ClientCredentials') {
      const { client } = token;
      const serviceAccountId = client && serviceAccountOf(client);
      if (!client || !serviceAccountId) throw new errors.InvalidClient('it does not act for itself');
      const { id, slug } = context.tenant;
      const claims = { sub: serviceAccountId, sid: uuidOf(client), tid: id, tenant: slug, sva: serviceAccountId, roles: [], scope: '' };
      // The scope was held against the account's permissions when it was granted.
      return dress(structured, claims, wordsOf(structured.payload['scope']));
    }
    const actedFor = token.grantId === undefined ? null : await grants.actedFor(context, token.grantId);
    if (!actedFor) throw new errors.InvalidGrant('the session is over');
    const claims = await signIn.claimsFor(context, actedFor.session, actedFor.membership);
    dress(structured, claims, wordsOf(claims.scope));
  };
}

export type TokenClaims = ReturnType<typeof createTokenClaims>;
