import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { requireFeature } from '../../_kernel/flags/plan-feature.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { newApiKey } from '../../_kernel/wire/api-key.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import type { MemberPrincipal } from '../../_kernel/wire/principal.js';
import type { IdentityEvents } from '../events.js';
import { mayHandOnPermissions } from '../role/role.js';
import { findServiceAccountsByIds } from '../service-account/service-account.store.js';
import { apiKeyNameSchema, DEFAULT_HOURLY_LIMIT, newApiKeySchema, ROTATION_OVERLAP_HOURS } from './api-key.js';
import {
  API_KEY_SORT,
  endKeyBy,
  findApiKeysPage,
  insertApiKey,
  lockApiKey,
  renameApiKey,
  revokeApiKey,
  type ApiKeyRow,
  type NewApiKeyRow,
} from './api-key.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export interface ApiKeyInput {
  readonly serviceAccountId: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly hourlyLimit?: number | null | undefined;
  readonly registeredClient?: string | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** A key, shown this once. */
export interface IssuedApiKey {
  readonly apiKey: ApiKeyRow;
  readonly key: string;
}

/** Keys of programs. Only people look after them. Every call throws {ForbiddenError} and {UnauthenticatedError}. */
export interface ApiKeyService {
  /** Newest first. */
  list(context: RequestContext, args: PageArgs): Promise<Connection<ApiKeyRow>>;
  /**
   * @throws {StepUpRequiredError} @throws {ValidationError}
   * @throws {NotFoundError} when there is no such service account
   * @throws {ForbiddenError} also for permissions that the account, or whoever asks, has not, and where the plan has no
   *   `api_access`
   */
  create(context: RequestContext, input: ApiKeyInput): Promise<IssuedApiKey>;
  /**
   * A new key in the place of one, which goes on counting for a day.
   * @throws {StepUpRequiredError} @throws {NotFoundError} for one that counts no more
   * @throws {ForbiddenError} also for one that allows what whoever asks may not
   */
  rotate(context: RequestContext, id: string): Promise<IssuedApiKey>;
  /** Calls a key otherwise. @throws {ValidationError} @throws {NotFoundError} */
  rename(context: RequestContext, id: string, name: string): Promise<ApiKeyRow>;
  /** Ends a key at once. @throws {NotFoundError} alike for one that is unknown and one that counts no more */
  revoke(context: RequestContext, id: string): Promise<ApiKeyRow>;
}

export function createApiKeyService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly flags: Flags;
}): ApiKeyService {
  const { tenants, outbox, flags } = parts;

  /** Whoever is shown a key could do with it what it allows. */
  const requireOwn = (maker: MemberPrincipal, permissions: readonly TenantPermission[]): void => {
    if (!mayHandOnPermissions(maker, permissions)) {
      throw new ForbiddenError('A key cannot be allowed what you may not do yourself');
    }
  };

  const issue = async (
    context: RequestContext,
    db: TenantDb,
    of: Omit<NewApiKeyRow, 'id' | 'hash' | 'hint' | 'createdAt'>,
  ): Promise<IssuedApiKey> => {
    const key = newApiKey();
    const apiKey = await insertApiKey(db, {
      ...of,
      id: uuidv7(),
      hash: hashOfSecret(key),
      hint: key.slice(-4),
      createdAt: context.clock.now(),
    });
    const { id: apiKeyId, serviceAccountId, permissions } = apiKey;
    await outbox.emit(db, context, 'identity.api_key_created', { apiKeyId, serviceAccountId, permissions });
    return { apiKey, key };
  };

  return {
    async list(context, args) {
      requirePermission(context, 'settings:read');
      const page = pageOf(args, API_KEY_SORT);
      const rows = await findApiKeysPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async create(context, input) {
      const maker = requireMember(context);
      requirePermission(context, 'settings:update');
      requireFeature(flags, context, 'api_access');
      requireFreshProof(context);
      const { serviceAccountId } = input;
      const wanted = validate(newApiKeySchema, {
        name: input.name,
        permissions: input.permissions,
        hourlyLimit: input.hourlyLimit ?? DEFAULT_HOURLY_LIMIT,
        registeredClient: input.registeredClient ?? null,
        expiresAt: input.expiresAt ?? null,
      });
      if (wanted.expiresAt && wanted.expiresAt <= context.clock.now()) {
        throw ValidationError.of('expiresAt', 'must lie in the future');
      }
      return tenants.transaction(context, async (db) => {
        const [account] = await findServiceAccountsByIds(db, [serviceAccountId]);
        if (!account || account.archivedAt) throw new NotFoundError('Service account');
        const beyond = wanted.permissions.filter((permission) => !account.permissions.includes(permission));
        if (beyond.length > 0) throw new ForbiddenError(`The service account may not have ${beyond.join(', ')}`);
        requireOwn(maker, wanted.permissions);
        return issue(context, db, { ...wanted, serviceAccountId, createdBy: maker.userId });
      });
    },

    async rotate(context, id) {
      const maker = requireMember(context);
      requirePermission(context, 'settings:update');
      requireFeature(flags, context, 'api_access');
      requireFreshProof(context);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const old = await lockApiKey(db, id);
        if (!old || old.revokedAt || (old.expiresAt && old.expiresAt <= now)) throw new NotFoundError('API key');
        requireOwn(maker, TENANT_PERMISSIONS.filter((permission) => old.permissions.includes(permission)));
        const { serviceAccountId, name, permissions, hourlyLimit, registeredClient, expiresAt } = old;
        const next = { serviceAccountId, name, permissions, hourlyLimit, registeredClient, expiresAt, createdBy: maker.userId };
        const issued = await issue(context, db, next);
        await endKeyBy(db, id, new Date(now.getTime() + ROTATION_OVERLAP_HOURS * 60 * 60 * 1_000));
        return issued;
      });
    },

    async rename(context, id, name) {
      requireMember(context);
      requirePermission(context, 'settings:update');
      const named = validate(apiKeyNameSchema, { name });
      const apiKey = await renameApiKey(tenants.of(context), id, named.name);
      if (!apiKey) throw new NotFoundError('API key');
      return apiKey;
    },

    async revoke(context, id) {
      requireMember(context);
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const revoked = await revokeApiKey(db, id, context.clock.now());
        if (!revoked) throw new NotFoundError('API key');
        const { id: apiKeyId, serviceAccountId } = revoked;
        await outbox.emit(db, context, 'identity.api_key_revoked', { apiKeyId, serviceAccountId });
        return revoked;
      });
    },
  };
}
