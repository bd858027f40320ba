import { createHash, randomUUID } from 'node:crypto';
import { jsonAnswer, type DoubleAnswer, type DoubleRequest } from './double-server.js';

export const OAUTH_CLIENT = {
  clientId: 'spine-calendars',
  clientSecret: 'a secret between the platform and the service',
  redirectUri: 'https://app.spine.example/calendars',
} as const;

export interface OAuthDouble {
  /** What somebody who allows the use of her calendar comes back with. @param authorizationUrl where she was sent */
  allow(authorizationUrl: string): { readonly code: string; readonly state: string };
  /** Lets every access token end now. */
  endAccess(): void;
  /** Lets nothing count any more that anybody has allowed. */
  revoke(): void;
}

export interface OAuthGuard extends OAuthDouble {
  /** Answers `/token`. */
  token(request: DoubleRequest): DoubleAnswer;
  isLetIn(request: DoubleRequest): boolean;
}

/** OAuth 2.0 with PKCE, as services of calendars have it: codes count once, access tokens end, refresh tokens stay. */
export function createOAuthGuard(): OAuthGuard {
  const codes = new Map<string, string>();
  const refreshTokens = new Set<string>();
  const accessTokens = new Set<string>();

  const issue = (withRefresh: boolean): DoubleAnswer => {
    const access = randomUUID();
    accessTokens.add(access);
    const refresh = randomUUID();
    if (withRefresh) refreshTokens.add(refresh);
    return jsonAnswer(200, { token_type: 'Bearer', access_token: access, expires_in: 3_600, ...(withRefresh ? { refresh_token: refresh } : {}) });
  };

  return {
    allow(authorizationUrl) {
      const { searchParams } = new URL(authorizationUrl);
      const asked = (name: string): string => searchParams.get(name) ?? '';
      if (asked('client_id') !== OAUTH_CLIENT.clientId || asked('redirect_uri') !== OAUTH_CLIENT.redirectUri) throw new Error('Not a client');
      if (asked('response_type') !== 'code' || asked('code_challenge_method') !== 'S256') throw new Error('Not a code with a proof');
      const code = randomUUID();
      codes.set(code, asked('code_challenge'));
      return { code, state: asked('state') };
    },
    endAccess: () => accessTokens.clear(),
    revoke() {
      accessTokens.clear();
      refreshTokens.clear();
    },
    token({ body }) {
      const fields = new URLSearchParams(body);
      const refusal = (error: string): DoubleAnswer => jsonAnswer(400, { error });
      if (fields.get('client_id') !== OAUTH_CLIENT.clientId || fields.get('client_secret') !== OAUTH_CLIENT.clientSecret) return refusal('invalid_client');
      if (fields.get('grant_type') === 'refresh_token') {
        return refreshTokens.has(fields.get('refresh_token') ?? '') ? issue(false) : refusal('invalid_grant');
      }
      const code = fields.get('code') ?? '';
      const challenge = codes.get(code);
      codes.delete(code);
      const proved = createHash('sha256').update(fields.get('code_verifier') ?? '').digest('base64url');
      return challenge !== undefined && challenge === proved ? issue(true) : refusal('invalid_grant');
    },
    isLetIn: ({ headers }) => accessTokens.has((headers.authorization ?? '').replace(/^Bearer /, '')),
  };
}
