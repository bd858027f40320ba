import { createLocalJWKSet, errors as joseErrors, jwtVerify, type JWTPayload } from 'jose';
import type { KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from './library.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfDomain, addressOfSlug } from '../../_kernel/wire/tenant-address.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { TOKEN_AUDIENCE } from '../../_kernel/wire/access-token.js';
import type { BrowserSession } from '../account-pages/browser-session.service.js';
import type { IdentityEvents } from '../events.js';
import { openSession } from '../session/session-opener.js';
import { renewProof, type SessionRow } from '../session/session.store.js';
import { ACCESS_TOKEN_SECONDS } from '../session/session.js';
import type { SigningKeyService } from '../signing-key/signing-key.service.js';
import { placeToSignInTo } from '../standing/standing.store.js';
import { TOKEN_EXCHANGE } from './client.js';
import { uuidOf } from './client-metadata.js';
import { endSessionAt, findSessionAnywhere, isDomainOf } from './exchange.store.js';
import type { GrantService } from './grant.service.js';

const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

export const EXCHANGE_PARAMETERS = ['subject_token', 'subject_token_type', 'requested_token_type', 'scope', 'resource'];

/** One message for every reason, so that nothing can be learned from it. */
const refused = (): Error => new errors.InvalidGrant('the subject token is not good for this');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Changes a token of somebody in one tenant for one in another of which she is a member, too (RFC 8693). */
export interface TokenExchange {
  /** Answers the token request that is under way. @param server the graph as the client may use it */
  answer(ctx: KoaContextWithOIDC, context: RequestContext, resource: string, server: ResourceServer): Promise<void>;
}

export function createTokenExchange(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly signingKeys: SigningKeyService;
  readonly grants: GrantService;
  readonly publicUrl: string;
}): TokenExchange {
  const { tenants, platform, outbox, signingKeys, grants, publicUrl } = parts;

  /** The platform, or the tenant of the token itself at one of its addresses. */
  const isIssuerOf = async ({ iss = '', tid, tenant }: JWTPayload): Promise<boolean> => {
    if (iss === publicUrl || iss === addressOfSlug(publicUrl, textOf(tenant))) return true;
    const domain = URL.canParse(iss) ? new URL(iss).hostname : '';
    return domain !== '' && iss === addressOfDomain(publicUrl, domain) && isDomainOf(platform.db, textOf(tid), domain);
  };

  /** The open session, in another tenant, that the token belongs to. */
  const sessionBehind = async (context: RequestContext, token: string): Promise<SessionRow> => {
    const keys = createLocalJWKSet({ keys: [...(await signingKeys.publicKeys()).keys] });
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'],
      audience: TOKEN_AUDIENCE.tenant,
      currentDate: context.clock.now(),
      requiredClaims: ['iss', 'sub', 'sid', 'tid', 'mid'],
    }).catch((error: unknown) => {
      if (error instanceof joseErrors.JOSEError) throw refused();
      throw error;
    });
    const { tid, sid, cnf, sub } = payload;
    // One that is bound to a key proves nothing without it.
    if (cnf !== undefined || tid === context.tenant.id || !(await isIssuerOf(payload))) throw refused();
    const session = await findSessionAnywhere(platform.db, textOf(tid), textOf(sid));
    const isOpen = session?.revokedAt === null && session.expiresAt > context.clock.now();
    if (!session || !isOpen || session.realm !== 'tenant' || session.subjectId !== sub) throw refused();
    return session;
  };

  /** A session here as short as the token: nothing is given out to go on with. */
  const openHere = async (context: RequestContext, { subjectId, amr, authenticatedAt }: SessionRow): Promise<BrowserSession> => {
    const opened = await tenants.transaction(context, async (db) => {
      const membership = await placeToSignInTo(db, subjectId);
      if (!membership) return null;
      const { session } = await openSession(context, db, outbox, { realm: 'tenant', subjectId, amr });
      await renewProof(db, session.id, amr, authenticatedAt);
      const expiresAt = new Date(context.clock.now().getTime() + ACCESS_TOKEN_SECONDS * 1_000);
      await endSessionAt(db, session.id, expiresAt);
      return { session: { ...session, authenticatedAt, expiresAt }, membership };
    });
    if (!opened) throw refused();
    return opened;
  };

  return {
    async answer(ctx, context, resource, server) {
      const { client, params, provider } = ctx.oidc;
      if (!client || !params) throw new errors.InvalidRequest('a client is needed');
      if (params['subject_token_type'] !== ACCESS_TOKEN_TYPE) throw new errors.InvalidRequest('subject_token_type is not known');
      const requested = params['requested_token_type'] ?? ACCESS_TOKEN_TYPE;
      if (requested !== ACCESS_TOKEN_TYPE) throw new errors.InvalidRequest('requested_token_type is not known');

      const there = await sessionBehind(context, textOf(params['subject_token']));
      const here = await openHere(context, there);
      const asked = textOf(params['scope']).split(' ');
      const scope = server.scope.split(' ').filter((word) => asked.includes(word)).join(' ');
      const accountId = here.membership.userId;
      const grant = new provider.Grant({ accountId, clientId: client.clientId });
      if (scope) grant.addResourceScope(resource, scope);
      const grantId = await grant.save();
      await grants.begin(context, { id: grantId, clientId: uuidOf(client), sid: null }, here);
      const token = new provider.AccessToken({ accountId, client, grantId, gty: TOKEN_EXCHANGE, scope });
      token.resourceServer = new provider.ResourceServer(resource, server);
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TOKEN_TYPE,
        token_type: 'Bearer',
        expires_in: ACCESS_TOKEN_SECONDS,
        ...(scope ? { scope } : {}),
      };
    },
  };
}
