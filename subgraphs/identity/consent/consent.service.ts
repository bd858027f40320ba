import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { consentSchema, type ConsentPurpose } from './consent.js';
import {
  CONSENT_SORT,
  findConsentsPage,
  findCurrentConsents,
  insertConsent,
  type ConsentRow,
} from './consent.store.js';

/** What people agree to, and that they did. Nobody answers for another. Every call throws {UnauthenticatedError}. */
export interface ConsentService {
  /**
   * Writes an answer down; the earlier ones stay.
   * @throws {ValidationError}
   */
  answer(
    context: RequestContext,
    input: { readonly purpose: ConsentPurpose; readonly granted: boolean; readonly textVersion: string },
  ): Promise<ConsentRow>;
  /** The newest answer to each purpose that was ever answered. */
  current(context: RequestContext): Promise<ConsentRow[]>;
  /** Every answer, newest first. */
  history(context: RequestContext, args: PageArgs): Promise<Connection<ConsentRow>>;
}

export function createConsentService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): ConsentService {
  const { tenants, outbox } = parts;
  return {
    async answer(context, { purpose, granted, textVersion }) {
      const { userId } = requireMember(context);
      validate(consentSchema, { textVersion });
      const { ip, userAgent } = context.origin;
      return tenants.transaction(context, async (db) => {
        const row = { id: uuidv7(), userId, purpose, granted, textVersion, givenAt: context.clock.now(), ip, userAgent };
        const consent = await insertConsent(db, row);
        await outbox.emit(db, context, 'identity.consent_given', { userId, purpose, granted, textVersion });
        return consent;
      });
    },
    async current(context) {
      const { userId } = requireMember(context);
      return findCurrentConsents(tenants.of(context), userId);
    },
    async history(context, args) {
      const { userId } = requireMember(context);
      const page = pageOf(args, CONSENT_SORT);
      const rows = await findConsentsPage(tenants.of(context), page, userId);
      return connectionOf(page, rows, (row) => [row.id]);
    },
  };
}
