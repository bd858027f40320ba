import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { OperationUse, RegisteredOperation } from '../../_kernel/wire/registered-operations.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { findClientByName, findClientsByIds, type ClientApplicationRow } from './client-application.store.js';
import { addUses, findOperation, type RegisteredOperationRow } from './registered-operation.store.js';

/** What the gateway asks of the register. */
export interface OperationLookupService {
  /**
   * What stands behind an id for a caller in the tenant: the tenant's own clients come before the platform's.
   * @param client the only client that counts; null for every one
   */
  find(tenant: TenantIdentity, documentId: string, client: string | null): Promise<RegisteredOperation | null>;
  record(uses: readonly OperationUse[]): Promise<void>;
}

const answerOf = (row: RegisteredOperationRow, client: ClientApplicationRow): RegisteredOperation => ({
  ownerId: row.tenantId,
  registrationId: row.id,
  client: client.name,
  documentId: row.documentId,
  name: row.name,
  type: row.type,
  body: row.body,
  retirement:
    row.retiredAt && row.sunsetAt
      ? { announcedAt: row.retiredAt.toISOString(), sunsetAt: row.sunsetAt.toISOString(), replacement: row.replacement }
      : null,
});

export function createOperationLookupService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
}): OperationLookupService {
  const { tenants, platform } = parts;

  const findForClient = async (owners: readonly TenantIdentity[], documentId: string, name: string) => {
    for (const tenant of owners) {
      const db = tenants.of({ tenant });
      const client = await findClientByName(db, name);
      if (!client) continue;
      // A company's own client of that name hides the platform's, also in what it has not registered.
      const row = await findOperation(db, documentId, client.id);
      return row && answerOf(row, client);
    }
    return null;
  };

  const findForAny = async (owners: readonly TenantIdentity[], documentId: string) => {
    for (const tenant of owners) {
      const db = tenants.of({ tenant });
      const row = await findOperation(db, documentId, null);
      const [client] = row ? await findClientsByIds(db, [row.clientId]) : [];
      if (row && client) return answerOf(row, client);
    }
    return null;
  };

  return {
    find(tenant, documentId, client) {
      const owners = tenant.id === PLATFORM_TENANT.id ? [PLATFORM_TENANT] : [tenant, PLATFORM_TENANT];
      return client === null ? findForAny(owners, documentId) : findForClient(owners, documentId, client);
    },
    record: (uses) => (uses.length === 0 ? Promise.resolve() : addUses(platform.db, uses)),
  };
}
