import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { isUuid, uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';
import type { IdentityEvents } from '../events.js';
import type { SignInNote } from '../session/sign-in.js';
import { revokeSession } from '../session/session.store.js';
import { samlNameSchema, SsoRefusal, type SamlName } from './attempt.js';
import { findProvider, type IdentityProviderRow } from './identity-provider.store.js';
import { logoutAnswerUrl, logoutRequestUrl, readLogoutRequest, type LogoutMessage } from './saml-logout.js';
import { CLOCK_SKEW_MS, OLDEST_MESSAGE_MS, type SamlRelation } from './saml-relation.js';
import { findSamlSession, insertSamlSession, rememberLogout, takeSamlSessions } from './saml-session.store.js';

const NAME_PURPOSE = 'identity.saml_session';

/** Signing out at a provider of SAML and here as one (Single Logout). */
export interface SingleLogoutService {
  /** Has it kept what the provider knows a sign-in by, whether or not it waits for a second factor first. */
  noteOf(context: RequestContext, provider: IdentityProviderRow, name: SamlName): SignInNote;
  /**
   * Ends the sessions that a provider wants ended: of the name and the sessions it names, and of no other provider.
   * @returns where to send the browser with the answer
   * @throws {NotFoundError} alike for a provider that is unknown, another company's, or cannot log out
   * @throws {SsoRefusal} for a request that is not signed by it, is of another, too old, or was carried out before
   */
  carryOut(context: RequestContext, providerId: string, message: LogoutMessage): Promise<string>;
  /**
   * Where to send the browser of somebody who has signed out here, so that she is signed out there, too.
   * @returns null where her session did not come from a provider that can be told
   */
  urlAfter(context: RequestContext, sessionId: string): Promise<string | null>;
}

export function createSingleLogoutService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly relationOf: (context: RequestContext, provider: IdentityProviderRow) => SamlRelation;
}): SingleLogoutService {
  const { tenants, outbox, secretBox, relationOf } = parts;

  const hashOf = (providerId: string, text: string): string => hashOfSecret(`${providerId} ${text}`);

  const relationTo = async (context: RequestContext, providerId: string): Promise<SamlRelation | null> => {
    const provider = isUuid(providerId) ? await findProvider(tenants.of(context), providerId) : null;
    const relation = provider?.type === 'SAML' ? relationOf(context, provider) : null;
    return relation?.settings.logoutUrl ? relation : null;
  };

  return {
    noteOf(context, { id: providerId }, name) {
      const row = () => ({
        id: uuidv7(),
        providerId,
        nameHash: hashOf(providerId, name.nameId),
        indexHash: name.sessionIndex === null ? null : hashOf(providerId, name.sessionIndex),
        sealedName: secretBox.seal(JSON.stringify(name), NAME_PURPOSE),
        createdAt: context.clock.now(),
      });
      return {
        opened: (db, sessionId) => insertSamlSession(db, { ...row(), sessionId }),
        challenged: (db, challengeHash) => insertSamlSession(db, { ...row(), challengeHash }),
      };
    },

    async carryOut(context, providerId, message) {
      const relation = await relationTo(context, providerId);
      if (!relation) throw new NotFoundError('Identity provider');
      const now = context.clock.now();
      const request = await readLogoutRequest(relation, message, now);
      await tenants.transaction(context, async (db) => {
        const expiresAt = new Date(now.getTime() + OLDEST_MESSAGE_MS + 2 * CLOCK_SKEW_MS);
        const isNew = await rememberLogout(db, { providerId, requestHash: hashOf(providerId, request.id), expiresAt });
        if (!isNew) throw new SsoRefusal('the request was carried out before');
        const ended = await takeSamlSessions(db, {
          providerId,
          nameHash: hashOf(providerId, request.nameId),
          indexHashes: request.sessionIndexes.map((index) => hashOf(providerId, index)),
        });
        for (const { id: sessionId, subjectId } of ended) {
          if (!(await revokeSession(db, sessionId, 'SINGLE_LOGOUT', now))) continue;
          const event = { realm: 'tenant', subjectId, sessionId, reason: 'SINGLE_LOGOUT' } as const;
          await outbox.emit(db, context, 'identity.session_ended', event);
        }
      });
      return logoutAnswerUrl(relation, request);
    },

    async urlAfter(context, sessionId) {
      const known = await findSamlSession(tenants.of(context), sessionId);
      const relation = known && (await relationTo(context, known.providerId));
      if (!relation) return null;
      return logoutRequestUrl(relation, samlNameSchema.parse(JSON.parse(secretBox.open(known.sealedName, NAME_PURPOSE))));
    },
  };
}
