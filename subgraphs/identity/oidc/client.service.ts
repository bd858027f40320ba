import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import type { IdentityEvents, OidcClientChanged } from '../events.js';
import { mayHandOnPermissions } from '../role/role.js';
import { findServiceAccountsByIds } from '../service-account/service-account.store.js';
import { newClientSecret, oidcClientSettingsSchema, type OidcClientKind, type OidcClientSettings } from './client.js';
import {
  deleteOidcClient,
  findOidcClient,
  findOidcClientByName,
  findOidcClients,
  insertOidcClient,
  updateOidcClient,
  type OidcClientRow,
} from './client.store.js';
import { findGrantsOfClient } from './grant.store.js';
import { deleteRecordsOfGrants } from './record.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

type Given<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | null | undefined };

export interface OidcClientInput extends Omit<Given<OidcClientSettings>, 'permissions'> {
  readonly permissions?: readonly string[] | null | undefined;
}

export interface NewOidcClientInput extends OidcClientInput {
  readonly kind: OidcClientKind;
  /** UUID; of a client that acts for itself. */
  readonly serviceAccountId?: string | null | undefined;
}

/** A client, with its secret shown this once; null for one that can keep none. */
export interface IssuedOidcClient {
  readonly client: OidcClientRow;
  readonly secret: string | null;
}

/** Programs that people of a company sign in to. Every call throws {ForbiddenError} and {UnauthenticatedError}. */
export interface OidcClientService {
  list(context: RequestContext): Promise<OidcClientRow[]>;
  /**
   * @throws {StepUpRequiredError} @throws {ValidationError} @throws {ConflictError} when there is one of that name
   * @throws {NotFoundError} when there is no such service account
   * @throws {ForbiddenError} also for permissions that the maker has not
   */
  create(context: RequestContext, input: NewOidcClientInput): Promise<IssuedOidcClient>;
  /** Changes what is named. @throws as `create` does */
  update(context: RequestContext, id: string, input: OidcClientInput): Promise<OidcClientRow>;
  /** Does away with a client, what it was allowed and every token of it. @throws {NotFoundError} */
  remove(context: RequestContext, id: string): Promise<OidcClientRow>;
}

const NOTHING_SET: Omit<OidcClientSettings, 'name'> = {
  redirectUris: [],
  postLogoutRedirectUris: [],
  backChannelLogoutUri: null,
  permissions: [],
  firstParty: false,
  requiresPushedRequests: false,
  bindsTokens: false,
  exchangesTokens: false,
};

/** Null changes nothing, but for the one setting that can be taken away. */
const named = (input: OidcClientInput): Partial<Record<keyof OidcClientSettings, unknown>> =>
  Object.fromEntries(
    Object.keys(oidcClientSettingsSchema.shape).flatMap((name) => {
      const value = input[name as keyof OidcClientSettings];
      return value === undefined || (value === null && name !== 'backChannelLogoutUri') ? [] : [[name, value]];
    }),
  );

function requireUseful(kind: OidcClientKind, settings: OidcClientSettings): void {
  const { redirectUris, permissions, firstParty, bindsTokens, exchangesTokens } = settings;
  if (kind === 'SERVICE' && redirectUris.length > 0) throw ValidationError.of('redirectUris', 'are of no use to a service');
  if (kind !== 'SERVICE' && redirectUris.length === 0) throw ValidationError.of('redirectUris', 'must name at least one');
  if (kind === 'SERVICE' && permissions.length > 0) throw ValidationError.of('permissions', 'are those of the service account');
  if (exchangesTokens && kind !== 'WEB') throw ValidationError.of('exchangesTokens', 'is for a client of kind WEB');
  if (exchangesTokens && bindsTokens) throw ValidationError.of('exchangesTokens', 'is not for a client that binds its tokens');
  if (exchangesTokens && !firstParty) throw ValidationError.of('exchangesTokens', 'is for programs of the company itself');
}

export function createOidcClientService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): OidcClientService {
  const { tenants, outbox } = parts;

  const requireMaker = (context: RequestContext): string => {
    const { userId } = requireMember(context);
    requirePermission(context, 'settings:update');
    return userId;
  };

  const settingsOf = (context: RequestContext, kind: OidcClientKind, given: object): OidcClientSettings => {
    const settings = validate(oidcClientSettingsSchema, given);
    requireUseful(kind, settings);
    if (!mayHandOnPermissions(requireMember(context), settings.permissions)) {
      throw new ForbiddenError('A program cannot be allowed what you may not do yourself');
    }
    return settings;
  };

  const tell = (
    context: RequestContext,
    db: TenantDb,
    { id, kind, permissions }: OidcClientRow,
    change: OidcClientChanged['change'],
  ): Promise<void> => outbox.emit(db, context, 'identity.oidc_client_changed', { clientId: id, kind, permissions, change });

  const accountOf = async (context: RequestContext, input: NewOidcClientInput): Promise<string | null> => {
    const id = input.serviceAccountId ?? null;
    if (input.kind !== 'SERVICE') {
      if (id !== null) throw ValidationError.of('serviceAccountId', 'is for a client of kind SERVICE');
      return null;
    }
    const [account] = id === null ? [] : await findServiceAccountsByIds(tenants.of(context), [id]);
    if (!account || account.archivedAt !== null) throw new NotFoundError('Service account');
    if (!mayHandOnPermissions(requireMember(context), account.permissions as TenantPermission[])) {
      throw new ForbiddenError('A program cannot be allowed what you may not do yourself');
    }
    return account.id;
  };

  return {
    async list(context) {
      requirePermission(context, 'settings:read');
      return findOidcClients(tenants.of(context));
    },

    async create(context, input) {
      const createdBy = requireMaker(context);
      requireFreshProof(context);
      const { kind } = input;
      const settings = settingsOf(context, kind, { ...NOTHING_SET, ...named(input) });
      const serviceAccountId = await accountOf(context, input);
      const secret = kind === 'PUBLIC' ? null : newClientSecret();
      const now = context.clock.now();
      const row = {
        id: uuidv7(),
        kind,
        ...settings,
        serviceAccountId,
        secretHash: secret === null ? null : hashOfSecret(secret),
        createdBy,
        createdAt: now,
        updatedAt: now,
      };
      const client = await tenants.transaction(context, async (db) => {
        const created = await insertOidcClient(db, row);
        if (!created) throw new ConflictError('There is a client of this name already');
        await tell(context, db, created, 'CREATED');
        return created;
      });
      return { client, secret };
    },

    async update(context, id, input) {
      requireMaker(context);
      requireFreshProof(context);
      return tenants.transaction(context, async (db) => {
        const before = await findOidcClient(db, id);
        if (!before) throw new NotFoundError('Client');
        const settings = settingsOf(context, before.kind, { ...before, ...named(input) });
        const ofThatName = await findOidcClientByName(db, settings.name);
        if (ofThatName && ofThatName.id !== id) throw new ConflictError('There is a client of this name already');
        const updated = await updateOidcClient(db, id, { ...settings, updatedAt: context.clock.now() });
        if (!updated) throw new NotFoundError('Client');
        await tell(context, db, updated, 'UPDATED');
        return updated;
      });
    },

    async remove(context, id) {
      requireMaker(context);
      return tenants.transaction(context, async (db) => {
        const grants = await findGrantsOfClient(db, id);
        const removed = await deleteOidcClient(db, id);
        if (!removed) throw new NotFoundError('Client');
        await deleteRecordsOfGrants(db, grants.map(({ hash }) => hash));
        await tell(context, db, removed, 'DELETED');
        return removed;
      });
    },
  };
}
