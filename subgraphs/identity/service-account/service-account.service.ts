import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { revokeKeysOf } from '../api-key/api-key.store.js';
import type { IdentityEvents } from '../events.js';
import { deleteOidcClientsOf } from '../oidc/client.store.js';
import { mayHandOnPermissions } from '../role/role.js';
import { newServiceAccountSchema } from './service-account.js';
import type { ServiceAccountLoader } from './service-account.loader.js';
import {
  archiveServiceAccount,
  findServiceAccounts,
  insertServiceAccount,
  unarchiveServiceAccount,
  type ServiceAccountRow,
} from './service-account.store.js';

/** Programs of a company. Only people look after them: a key makes no other. Every call but `find` throws {ForbiddenError}. */
export interface ServiceAccountService {
  find(context: RequestContext, id: string): Promise<ServiceAccountRow | null>;
  /** Those at work, or those that were archived. */
  list(context: RequestContext, archived?: boolean): Promise<ServiceAccountRow[]>;
  /**
   * @throws {ForbiddenError} also for permissions that the maker has not
   * @throws {ValidationError} @throws {ConflictError} when there is one of that name
   */
  create(
    context: RequestContext,
    input: { readonly name: string; readonly description: string; readonly permissions: readonly string[] },
  ): Promise<ServiceAccountRow>;
  /** Does away with the account, with every key of it and every client that acts as it. @throws {NotFoundError} */
  archive(context: RequestContext, id: string): Promise<ServiceAccountRow>;
  /**
   * Takes an archived account back, without the keys and clients it had.
   * @throws {ForbiddenError} also for one that may do what whoever asks may not @throws {NotFoundError}
   */
  restore(context: RequestContext, id: string): Promise<ServiceAccountRow>;
}

export function createServiceAccountService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly loader: ServiceAccountLoader;
}): ServiceAccountService {
  const { tenants, outbox, loader } = parts;
  return {
    find: (context, id) => context.loaders.of(context, loader).load(id),

    async list(context, archived = false) {
      requirePermission(context, 'settings:read');
      return findServiceAccounts(tenants.of(context), archived);
    },

    async create(context, input) {
      const maker = requireMember(context);
      requirePermission(context, 'settings:update');
      const account = validate(newServiceAccountSchema, input);
      if (!mayHandOnPermissions(maker, account.permissions)) {
        throw new ForbiddenError('A program cannot be allowed what you may not do yourself');
      }
      const row = { id: uuidv7(), ...account, createdBy: maker.userId, createdAt: context.clock.now() };
      const created = await insertServiceAccount(tenants.of(context), row);
      if (!created) throw new ConflictError('There is a service account of this name already');
      return created;
    },

    async archive(context, id) {
      requireMember(context);
      requirePermission(context, 'settings:update');
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const archived = await archiveServiceAccount(db, id, now);
        if (!archived) throw new NotFoundError('Service account');
        for (const key of await revokeKeysOf(db, id, now)) {
          await outbox.emit(db, context, 'identity.api_key_revoked', { apiKeyId: key.id, serviceAccountId: id });
        }
        for (const { id: clientId, kind, permissions } of await deleteOidcClientsOf(db, id)) {
          await outbox.emit(db, context, 'identity.oidc_client_changed', { clientId, kind, permissions, change: 'DELETED' });
        }
        return archived;
      });
    },

    async restore(context, id) {
      const asker = requireMember(context);
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const restored = await unarchiveServiceAccount(db, id);
        if (!restored) throw new NotFoundError('Service account');
        if (!mayHandOnPermissions(asker, TENANT_PERMISSIONS.filter((permission) => restored.permissions.includes(permission)))) {
          throw new ForbiddenError('A program cannot be allowed what you may not do yourself');
        }
        return restored;
      });
    },
  };
}
