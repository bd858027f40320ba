import { LRUCache } from 'lru-cache';
import * as client from 'openid-client';
import type { OidcSettings } from './identity-provider.js';
import { SsoRefusal, type Checks, type FederatedPerson } from './attempt.js';

/** A provider of OIDC as it is spoken to. */
export interface OidcRelation {
  /** Changes with every change of what is below. */
  readonly key: string;
  readonly settings: OidcSettings;
  readonly clientSecret: string | null;
  readonly redirectUri: string;
}

/** The platform as a relying party of other OIDC providers. */
export interface OidcUpstream {
  /** Where to send somebody. @throws {SsoRefusal} when the provider cannot be reached or is another than it says */
  authorizationUrl(relation: OidcRelation, checks: Checks): Promise<string>;
  /**
   * Who came back. State, nonce, PKCE, issuer, audience, signature and lifetime are checked.
   * @param search of the address she came back to
   * @throws {SsoRefusal}
   */
  personOf(relation: OidcRelation, checks: Checks, search: string): Promise<FederatedPerson>;
}

const CONFIGURATION_KEPT_MS = 10 * 60_000;
const TIMEOUT_SECONDS = 5;

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What a thrown value says, for the log. */
const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** @param mayBeHttp whether providers without TLS are spoken to, as in development */
export function createOidcUpstream(fetchOutside: typeof fetch, mayBeHttp: boolean): OidcUpstream {
  const known = new LRUCache<string, client.Configuration>({ max: 500, ttl: CONFIGURATION_KEPT_MS });

  const configurationOf = async ({ key, settings, clientSecret }: OidcRelation): Promise<client.Configuration> => {
    const kept = known.get(key);
    if (kept) return kept;
    const configuration = await client.discovery(
      new URL(settings.issuer),
      settings.clientId,
      undefined,
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
      {
        timeout: TIMEOUT_SECONDS,
        [client.customFetch]: fetchOutside as client.CustomFetch,
        ...(mayBeHttp ? { execute: [client.allowInsecureRequests] } : {}),
      },
    );
    known.set(key, configuration);
    return configuration;
  };

  const refusing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw new SsoRefusal(reasonOf(error), { cause: error });
    }
  };

  return {
    authorizationUrl: (relation, checks) =>
      refusing(async () => {
        const { settings, redirectUri } = relation;
        const url = client.buildAuthorizationUrl(await configurationOf(relation), {
          redirect_uri: redirectUri,
          scope: settings.scopes.join(' '),
          state: checks.state,
          nonce: checks.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      }),

    personOf: (relation, checks, search) =>
      refusing(async () => {
        const configuration = await configurationOf(relation);
        const tokens = await client.authorizationCodeGrant(configuration, new URL(relation.redirectUri + search), {
          expectedState: checks.state,
          expectedNonce: checks.nonce,
          pkceCodeVerifier: checks.codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error('there is no ID token');
        const hasAll = claims['email'] !== undefined;
        const { userinfo_endpoint: userInfo } = configuration.serverMetadata();
        const more = hasAll || !userInfo ? {} : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
        const all: Readonly<Record<string, unknown>> = { ...claims, ...more };
        return {
          subject: claims.sub,
          email: textOf(all['email']),
          emailVerified: all['email_verified'] === true,
          displayName: textOf(all['name']) ?? textOf(all['preferred_username']),
          saml: null,
        };
      }),
  };
}
