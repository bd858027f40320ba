import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import type {
  AccessToken,
  Client,
  ClientCredentials,
  Configuration,
  Grant,
  KoaContextWithOIDC,
  ResourceServer,
} from 'oidc-provider';
import { errors, interactionPolicy, Provider } from './library.js';
import { JWKS_PATH, TOKEN_AUDIENCE } from '../../_kernel/wire/access-token.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { OidcClientId } from '../ids.js';
import type { PageBrands } from '../account-pages/page-brand.store.js';
import type { SingleLogoutService } from '../identity-provider/single-logout.service.js';
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from '../session/session.js';
import { findUsersByIds } from '../user/user.store.js';
import { findServiceAccountsByIds } from '../service-account/service-account.store.js';
import { TOKEN_EXCHANGE } from './client.js';
import { isFirstParty, metadataOf, OWN_METADATA, permissionsOfClient, serviceAccountOf, uuidOf } from './client-metadata.js';
import { findOidcClient } from './client.store.js';
import { matchesDigest } from './digest.js';
import type { GrantService } from './grant.service.js';
import { createRecordAdapter, type RecordAdapterParts } from './record-adapter.js';
import { tellByJob, type TellOfLogout } from './logout-by-job.js';
import type { RequestContexts } from './request-contexts.js';
import { createServerPages } from './server-pages.js';
import type { TokenClaims } from './token-claims.js';
import { EXCHANGE_PARAMETERS, type TokenExchange } from './token-exchange.js';

const ALGORITHM = 'EdDSA';
const CODE_SECONDS = 60;
const INTERACTION_SECONDS = 15 * 60;
/** However often it is refreshed, a client asks anew after this. */
const GRANT_SECONDS = 90 * 24 * 60 * 60;

export const OIDC_ROOT = '/oidc';
export const END_SESSION_PATH = `${OIDC_ROOT}/session/end`;

export interface TenantProviderParts extends RecordAdapterParts {
  readonly tenants: TenantDatabase;
  readonly grants: GrantService;
  readonly contexts: RequestContexts;
  readonly tokenClaims: TokenClaims;
  readonly exchange: TokenExchange;
  readonly brandOf: PageBrands;
  readonly singleLogouts: SingleLogoutService;
  /** Asks other servers; never one on the own network, unless that is where development happens. */
  readonly fetch?: Configuration['fetch'];
}

export interface TenantProvider {
  readonly provider: Provider;
  readonly tellOfLogout: TellOfLogout;
}

/** The graph as a protected resource (RFC 8707). */
export const resourceOf = (issuer: string): string => `${issuer}/graphql`;

const cookieKeysOf = (keys: readonly JWK[]): string[] =>
  keys.map(({ d }) => createHash('sha256').update(`spine oidc cookies ${d ?? ''}`).digest('base64url'));

/**
 * The authorization server of one tenant: an issuer of its own, that knows only its own clients, people and records.
 * @param issuer address of the tenant, without a slash at the end
 * @param keys with their private parts, the one that signs first
 */
export function createTenantProvider(
  tenant: TenantIdentity,
  issuer: string,
  keys: readonly JWK[],
  parts: TenantProviderParts,
): TenantProvider {
  const { tenants, grants, contexts, tokenClaims } = parts;
  const db = tenants.of({ tenant });
  const isSecure = issuer.startsWith('https:');
  const resource = resourceOf(issuer);
  const cookie = { httpOnly: true, sameSite: 'lax', secure: isSecure, signed: true } as const;
  const pages = createServerPages({ ...parts, askedBy: (ctx) => contexts.of(ctx) });

  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('session_over', 'End-User authentication is required', (ctx) => {
      const { browser } = contexts.of(ctx);
      return browser === null || browser.membership.userId !== ctx.oidc.session?.accountId;
    }),
  );

  const findAccount: Configuration['findAccount'] = async (ctx, userId, token) => {
    const { context, browser } = contexts.of(ctx);
    const signedIn = token ? token.grantId !== undefined && (await grants.actedFor(context, token.grantId)) : browser;
    if (!signedIn || signedIn.membership.userId !== userId) return undefined;
    return {
      accountId: userId,
      async claims() {
        const [user] = await findUsersByIds(db, [userId]);
        if (!user) return { sub: userId };
        return {
          sub: userId,
          name: user.displayName,
          email: user.email,
          email_verified: user.status !== 'PENDING',
          updated_at: Math.floor(user.updatedAt.getTime() / 1_000),
          ...(user.locale ? { locale: user.locale } : {}),
          ...(user.timeZone ? { zoneinfo: user.timeZone } : {}),
          ...(user.pictureUrl ? { picture: user.pictureUrl } : {}),
        };
      },
    };
  };

  const loadExistingGrant = async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { context, browser } = contexts.of(ctx);
    const { client, session, provider } = ctx.oidc;
    if (!client || !session || !browser) return undefined;
    const asked = [...ctx.oidc.requestParamScopes];
    const consented = isFirstParty(client)
      ? asked
      : await grants.consented(context, browser.membership.userId, uuidOf(client));
    const allowed = asked.filter((scope) => consented.includes(scope));
    if (allowed.length === 0) return undefined;

    const known = session.grantIdFor(client.clientId);
    const found = known && (await grants.isOf(context, known, browser)) ? await provider.Grant.find(known) : undefined;
    const grant = found ?? new provider.Grant({ accountId: browser.membership.userId, clientId: client.clientId });
    const own = allowed.filter((scope) => ctx.oidc.requestParamOIDCScopes.has(scope));
    if (own.length > 0) grant.addOIDCScope(own.join(' '));
    for (const [asked, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
      const scope = allowed.filter((word) => server.scopes.has(word)).join(' ');
      if (scope) grant.addResourceScope(asked, scope);
    }
    const id = await grant.save();
    session.ensureClientContainer(client.clientId);
    const sid = session.sidFor(client.clientId) ?? null;
    await grants.begin(context, { id, clientId: uuidOf(client), sid }, browser);
    return grant;
  };

  /** The graph as a client may use it: one of the company's own, or one that acts for itself. */
  const graphFor = async (client: Client): Promise<ResourceServer> => {
    const accountId = serviceAccountOf(client);
    if (accountId === null && !isFirstParty(client)) throw new errors.InvalidTarget();
    const [account] = accountId === null ? [] : await findServiceAccountsByIds(db, [accountId]);
    if (accountId !== null && account?.archivedAt !== null) throw new errors.InvalidTarget();
    return {
      scope: (account?.permissions ?? permissionsOfClient(client)).join(' '),
      audience: TOKEN_AUDIENCE.tenant,
      accessTokenTTL: ACCESS_TOKEN_SECONDS,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: ALGORITHM } },
    };
  };

  const provider = new Provider(issuer, {
    adapter: (model) => {
      const records = createRecordAdapter(model, tenant, parts);
      if (model !== 'Client') return records;
      return {
        ...records,
        async find(id) {
          const uuid = OidcClientId.decode(id);
          const client = uuid === null ? null : await findOidcClient(db, uuid);
          return client ? metadataOf(client) : undefined;
        },
      };
    },
    jwks: { keys: keys.map((key) => ({ ...key })) },
    cookies: {
      keys: cookieKeysOf(keys),
      names: { session: 'spine-oidc', interaction: 'spine-oidc-request', resume: 'spine-oidc-resume' },
      long: cookie,
      short: cookie,
    },
    routes: {
      authorization: `${OIDC_ROOT}/auth`,
      end_session: END_SESSION_PATH,
      introspection: `${OIDC_ROOT}/token/introspection`,
      jwks: JWKS_PATH,
      pushed_authorization_request: `${OIDC_ROOT}/request`,
      revocation: `${OIDC_ROOT}/token/revocation`,
      token: `${OIDC_ROOT}/token`,
      userinfo: `${OIDC_ROOT}/me`,
    },
    clientDefaults: { id_token_signed_response_alg: ALGORITHM },
    enabledJWA: {
      idTokenSigningAlgValues: [ALGORITHM],
      userinfoSigningAlgValues: [ALGORITHM],
      introspectionSigningAlgValues: [ALGORITHM],
      authorizationSigningAlgValues: [ALGORITHM],
    },
    extraClientMetadata: { properties: [...OWN_METADATA] },
    clientAuthMethods: ['client_secret_basic', 'none'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    acrValues: ['aal1', 'aal2'],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name', 'locale', 'zoneinfo', 'picture', 'updated_at'],
      email: ['email', 'email_verified'],
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: false,
    scopes: ['openid', 'offline_access'],
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      Grant: GRANT_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: INTERACTION_SECONDS,
      RefreshToken: REFRESH_TOKEN_SECONDS,
      Session: REFRESH_TOKEN_SECONDS,
    },
    ...(parts.fetch ? { fetch: parts.fetch } : {}),
    findAccount,
    loadExistingGrant,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    async rotateRefreshToken(ctx) {
      const grantId = ctx.oidc.entities.RefreshToken?.grantId;
      if (grantId !== undefined) await grants.prolong(contexts.of(ctx).context, grantId);
      return true;
    },
    async revokeGrantPolicy(ctx) {
      const { entities, route } = ctx.oidc;
      const grantId = entities.RefreshToken?.grantId ?? entities.AuthorizationCode?.grantId;
      // Only a code or token that was used before leads here from the token endpoint: it is in two hands.
      if (route === 'token' && grantId !== undefined) await grants.endForReuse(contexts.of(ctx).context, grantId);
      return true;
    },
    interactions: {
      policy,
      url: (_ctx, { uid, prompt }) =>
        `/account/${prompt.name === 'consent' ? 'consent' : 'sign-in'}?interaction=${uid}`,
    },
    formats: {
      customizers: {
        jwt: async (ctx, token: AccessToken | ClientCredentials, structured) => {
          await tokenClaims(contexts.of(ctx).context, token, structured);
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      introspection: {
        enabled: true,
        // A client learns of its own tokens only.
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, several) => several ?? (serviceAccountOf(client) === null ? [] : resource),
        useGrantedResource: () => false,
        getResourceServerInfo(_ctx, asked, client): Promise<ResourceServer> {
          if (asked !== resource) throw new errors.InvalidTarget();
          return graphFor(client);
        },
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => pages.signOut(ctx, form),
        postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
      },
    },
    renderError: (ctx, { error, error_description: description }) => pages.failed(ctx, error, description ?? ''),
  });
  provider.Client.prototype.compareClientSecret = function compare(secret: string): boolean {
    return matchesDigest(secret, this.clientSecret ?? '');
  };
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const { client } = ctx.oidc;
      if (!client) throw new errors.InvalidClient('a client is needed');
      await parts.exchange.answer(ctx, contexts.of(ctx).context, resource, await graphFor(client));
    },
    EXCHANGE_PARAMETERS,
  );
  return { provider, tellOfLogout: tellByJob(provider, grants, contexts) };
}
