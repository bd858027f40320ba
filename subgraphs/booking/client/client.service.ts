import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { hasRoom, quotaOf, useQuota } from '../../_kernel/quota/quota.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { BookingEvents } from '../events.js';
import { isMember } from '../member/member.store.js';
import { clientChangeSchema, nameOf, newClientSchema } from './client.js';
import type { ClientLoaders } from './client.loader.js';
import { CLIENT_SORT, findClientsOfUsers, findClientsPage, keepClient, updateClient, type ClientRow } from './client.store.js';

export interface NewClient {
  readonly displayName: string;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  /** UUID of the person's user of identity, when she signs in. */
  readonly userId?: string | null | undefined;
}

export interface ClientChange {
  readonly displayName?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** What is known of a person who signs in; null for what is not. */
export interface KnownUser {
  readonly userId: string;
  readonly displayName: string | null;
  readonly email: string | null;
}

export interface ClientService {
  /** Your own record, and with `patients:read` anybody's; null for what you may not see. */
  find(context: RequestContext, id: string): Promise<ClientRow | null>;
  /** The record of whoever is signed in; null before there is one. */
  own(context: RequestContext): Promise<ClientRow | null>;
  /** @throws {ForbiddenError} without `patients:read` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<ClientRow>>;
  /**
   * Keeps a record of a person. A user has one record: a second call fills in what the first left out.
   * @throws {ForbiddenError} without `patients:create`
   * @throws {ValidationError} also for a user who is no member, alike for one of another company and an unknown one
   * @throws {QuotaExceededError} when the plan has room for no more clients
   */
  create(context: RequestContext, input: NewClient): Promise<ClientRow>;
  /**
   * Sets what is named: a name stays when it is left out, an address or a number is forgotten when it is null.
   * @throws {ForbiddenError} without `patients:update`
   * @throws {NotFoundError} alike for a record that is unknown and one of another company
   * @throws {ValidationError}
   */
  update(context: RequestContext, id: string, change: ClientChange): Promise<ClientRow>;
  /** Makes sure there is a record of a user, in the caller's transaction. @throws {QuotaExceededError} */
  keepUser(context: RequestContext, db: TenantDb, user: KnownUser): Promise<ClientRow>;
  /** The same, but where the plan has room for no more clients nothing is kept: she is asked again when she books. */
  keepUserIfThereIsRoom(context: RequestContext, db: TenantDb, user: KnownUser): Promise<ClientRow | null>;
}

export function createClientService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly loaders: ClientLoaders;
}): ClientService {
  const { tenants, outbox, loaders } = parts;

  const keep = async (
    context: RequestContext,
    db: TenantDb,
    person: Pick<ClientRow, 'userId' | 'displayName' | 'email' | 'phone'>,
  ): Promise<ClientRow> => {
    const { client, created, changed } = await keepClient(db, { ...person, id: uuidv7(), createdAt: context.clock.now() });
    if (changed && client.userId !== null) {
      await outbox.emit(db, context, 'booking.client_kept', {
        clientId: client.id,
        userId: client.userId,
        displayName: nameOf(client),
      });
    }
    if (created) await useQuota(db, context, 'PATIENTS');
    return client;
  };

  const own = async (context: RequestContext): Promise<ClientRow | null> =>
    context.principal.kind === 'member'
      ? context.loaders.of(context, loaders.byUserId).load(context.principal.userId)
      : null;

  return {
    async find(context, id) {
      if (hasPermission(context, 'patients:read')) return context.loaders.of(context, loaders.byId).load(id);
      const mine = await own(context);
      return mine?.id === id ? mine : null;
    },
    own,
    async list(context, args) {
      requirePermission(context, 'patients:read');
      const page = pageOf(args, CLIENT_SORT);
      const rows = await findClientsPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async create(context, input) {
      requirePermission(context, 'patients:create');
      const { displayName, email, phone, userId } = validate(newClientSchema, input);
      const person = { displayName, email: email ?? null, phone: phone ?? null, userId: userId ?? null };
      const client = await tenants.transaction(context, async (db) => {
        // What the platform itself brings along has been looked at where it comes from.
        const named = context.principal.kind === 'system' ? null : person.userId;
        if (named !== null && !(await isMember(db, named))) throw ValidationError.of('userId', 'must be a member of the company');
        return keep(context, db, person);
      });
      context.loaders.clear();
      return client;
    },
    async update(context, id, given) {
      requirePermission(context, 'patients:update');
      const { displayName, email, phone } = validate(clientChangeSchema, given);
      const change = {
        ...(displayName == null ? {} : { displayName }),
        ...(email === undefined ? {} : { email }),
        ...(phone === undefined ? {} : { phone }),
      };
      const client = await tenants.transaction(context, async (db) => {
        const changed = await updateClient(db, id, change);
        if (!changed) throw new NotFoundError('Client');
        if (changed.userId !== null) {
          const kept = { clientId: id, userId: changed.userId, displayName: nameOf(changed) };
          await outbox.emit(db, context, 'booking.client_kept', kept);
        }
        return changed;
      });
      context.loaders.clear();
      return client;
    },
    keepUser: (context, db, user) => keep(context, db, { ...user, phone: null }),
    async keepUserIfThereIsRoom(context, db, user) {
      const [known] = await findClientsOfUsers(db, [user.userId]);
      if (!known && !hasRoom(await quotaOf(db, context, 'PATIENTS'))) return null;
      return keep(context, db, { ...user, phone: null });
    },
  };
}
