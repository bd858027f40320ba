import { randomBytes } from 'node:crypto';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { MembershipRow } from '../membership/membership.store.js';
import { assuranceClaims } from '../session/assurance.js';
import type { SessionRow } from '../session/session.store.js';
import { placeToSignInTo } from '../standing/standing.store.js';
import { findSessionOfBrowser, insertBrowserSession } from './browser-session.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** Who is signed in with a browser: an open session of somebody who may still sign in here. */
export interface BrowserSession {
  readonly session: SessionRow;
  readonly membership: MembershipRow;
}

/** Browsers that are signed in at the pages of a company: a cookie stands for a session, and ends with it. */
export interface BrowserSessionService {
  /** @returns the cookie's value, which is nowhere else */
  open(context: RequestContext, sessionId: string): Promise<string>;
  /** @returns null for a cookie that stands for nothing, whatever the reason */
  find(context: RequestContext, cookie: string | undefined): Promise<BrowserSession | null>;
}

const COOKIE = /^[\w-]{43}$/;

export const createBrowserSessionService = (tenants: TenantDatabase): BrowserSessionService => ({
  async open(context, sessionId) {
    const cookie = randomBytes(32).toString('base64url');
    const row = { hash: hashOfSecret(cookie), sessionId, createdAt: context.clock.now() };
    await insertBrowserSession(tenants.of(context), row);
    return cookie;
  },
  async find(context, cookie) {
    if (cookie === undefined || !COOKIE.test(cookie)) return null;
    const session = await findSessionOfBrowser(tenants.of(context), hashOfSecret(cookie));
    if (!session || session.revokedAt !== null || session.expiresAt <= context.clock.now()) return null;
    const membership = await tenants.transaction(context, (db) => placeToSignInTo(db, session.subjectId));
    return membership && { session, membership };
  },
});

/** The same request, as asked by whoever is signed in with the browser. Her permissions are not needed on pages. */
export const asMember = (context: RequestContext, { session, membership }: BrowserSession): RequestContext => {
  const { acr, auth_time: at } = assuranceClaims(session.amr, session.authenticatedAt);
  return {
    ...context,
    principal: {
      kind: 'member',
      userId: membership.userId,
      membershipId: membership.id,
      sessionId: session.id,
      roles: membership.roles,
      permissions: [],
      assurance: { level: acr, at },
    },
  };
};
