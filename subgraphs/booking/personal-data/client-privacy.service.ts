import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { once } from '../../_kernel/events/idempotency.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { sealSubject, type PersonalDataKind } from '../../_kernel/personal-data/personal-data.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findClientsByIds } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';

export interface ClientDataInput {
  readonly clientId: string;
  readonly idempotencyKey: string;
}

/** What a company asks for when a client has asked it, on paper or at the desk. */
export interface ClientPrivacyService {
  /**
   * Asks the whole platform to gather what it holds of a client, or to forget it.
   * @returns UUID of the request; identity carries it out
   * @throws {UnauthenticatedError} @throws {ForbiddenError} without `patients:delete` @throws {StepUpRequiredError}
   * @throws {NotFoundError} alike for a client that is unknown and one of another company
   * @throws {ValidationError} @throws {ConflictError} for a key that was used for something else
   */
  request(context: RequestContext, kind: PersonalDataKind, input: ClientDataInput): Promise<string>;
}

export const createClientPrivacyService = (parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly secretBox: SecretBox;
}): ClientPrivacyService => ({
  async request(context, kind, { clientId, idempotencyKey: key }) {
    const { userId: requestedBy } = requireMember(context);
    requirePermission(context, 'patients:delete');
    requireFreshProof(context);
    const { tenants, outbox, secretBox } = parts;
    return tenants.transaction(context, async (db) => {
      const [client] = await findClientsByIds(db, [clientId]);
      if (!client) throw new NotFoundError('Client');
      const { id } = await once(context, db, { operation: 'requestClientData', key, input: { kind, clientId } }, async () => {
        const requestId = uuidv7();
        const { userId, email } = client;
        const emails = email === null ? [] : [email];
        const sealedSubject = sealSubject(secretBox, requestId, { userId, clientId, emails, worksHere: false });
        const asked = { requestId, kind, clientId, userId, requestedBy, sealedSubject };
        await outbox.emit(db, context, 'booking.client_data_requested', asked);
        return requestId;
      });
      return id;
    });
  },
});
