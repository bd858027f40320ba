import { randomBytes } from 'node:crypto';
import { ConflictError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { groupByKey } from '../../../_kernel/request/loaders.js';
import { hasPermission, requireMember, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { LoaderDefinition, RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { BookingEvents } from '../../events.js';
import type { BookingJobs } from '../../jobs.js';
import { findProvidersByIds } from '../../provider/provider.store.js';
import type { AllowedKind, CalendarProviders } from '../remote/calendar-provider.js';
import { grantOf, jsonOf, type OAuthService } from '../remote/oauth.js';
import { CalendarFailedError, CredentialsRefusedError, type CalendarKind } from '../remote/remote-calendar.js';
import {
  AUTHORIZATION_LASTS_MS,
  AUTHORIZATION_PURPOSE,
  authorizationSchema,
  calDavSchema,
  credentialsPurpose,
  MOST_CONNECTIONS,
  type Authorization,
} from './calendar-connection.js';
import {
  CALENDAR_CONNECTION_SORT,
  changeConnection,
  countConnections,
  findConflicts,
  findConnectionsPage,
  forgetBusyTimes,
  keepConnection,
  type CalendarConflictRow,
  type CalendarConnectionRow,
} from './calendar-connection.store.js';
import { deleteWatches } from '../watch/calendar-watch.store.js';
import { challengeOf } from '../../../_kernel/wire/secret-hash.js';

export interface CalDavInput {
  readonly providerId: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Every call needs `settings:update`, reading `settings:read`; calls throw {ForbiddenError} and {UnauthenticatedError}. */
export interface CalendarConnectionService {
  /** Newest first. */
  list(context: RequestContext, args: PageArgs & { readonly providerId?: string | undefined }): Promise<Connection<CalendarConnectionRow>>;
  /** Bookings whose time is taken in that calendar as well, in order of time. */
  conflictsOf(context: RequestContext, connectionId: string): Promise<readonly CalendarConflictRow[]>;
  /**
   * Connects a calendar, or gives a connected one new credentials.
   * @throws {ValidationError} also when the calendar cannot be reached with these credentials
   * @throws {NotFoundError} @throws {ConflictError} when the provider has as many as there may be
   */
  connectCalDav(context: RequestContext, input: CalDavInput): Promise<CalendarConnectionRow>;
  /**
   * Where somebody goes to allow the platform the use of her calendar.
   * @throws {NotFoundError} @throws {ConflictError} for a kind that this platform is not set up for
   */
  begin(context: RequestContext, providerId: string, kind: AllowedKind): Promise<string>;
  /**
   * Connects what was allowed. Only whoever has begun it can end it.
   * @throws {ValidationError} @throws {NotFoundError} @throws {ConflictError}
   */
  finish(context: RequestContext, allowed: { readonly state: string; readonly code: string }): Promise<CalendarConnectionRow>;
  /** Until it is resumed nothing is written there and nothing read, and nothing of it blocks. @throws {NotFoundError} */
  pause(context: RequestContext, id: string): Promise<CalendarConnectionRow>;
  /** @throws {NotFoundError} */
  resume(context: RequestContext, id: string): Promise<CalendarConnectionRow>;
  /** Takes back what was written there, and forgets the rest. @throws {NotFoundError} */
  disconnect(context: RequestContext, id: string): Promise<CalendarConnectionRow>;
}

interface Connecting {
  readonly providerId: string;
  readonly kind: CalendarKind;
  readonly address: string;
  readonly account: string;
  readonly credentials: string;
}

export function createCalendarConnectionService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly queue: JobQueue<BookingJobs>;
  readonly secretBox: SecretBox;
  readonly providers: CalendarProviders;
  readonly mayBeHttp: boolean;
}): CalendarConnectionService {
  const { tenants, outbox, queue, secretBox, providers, mayBeHttp } = parts;
  const calDav = calDavSchema(mayBeHttp);

  const conflicts: LoaderDefinition<string, readonly CalendarConflictRow[]> = {
    name: 'calendarConflicts',
    batch: async (context, ids) => groupByKey(ids, await findConflicts(tenants.of(context), ids), (row) => row.connectionId),
  };

  const syncSoon = (db: TenantDb, context: RequestContext, connectionId: string): Promise<unknown> =>
    queue.enqueue(db, context, 'booking.sync_calendar', { connectionId });

  const requireProvider = async (context: RequestContext, providerId: string): Promise<void> => {
    if ((await findProvidersByIds(tenants.of(context), [providerId])).length === 0) throw new NotFoundError('Provider');
  };

  const connect = (context: RequestContext, { providerId, kind, address, account, credentials }: Connecting): Promise<CalendarConnectionRow> =>
    tenants.transaction(context, async (db) => {
      const { userId } = requireMember(context);
      const now = context.clock.now();
      const known = await db.calendarConnection.findFirst({ where: { providerId, kind, address }, select: { id: true } });
      if (!known && (await countConnections(db, providerId)) >= MOST_CONNECTIONS) {
        throw new ConflictError(`The provider has ${MOST_CONNECTIONS} calendars; disconnect one first`);
      }
      const id = known?.id ?? uuidv7();
      // Somebody else's calendar may be connected in its place.
      if (known) await deleteWatches(db, id);
      const connection = await keepConnection(db, {
        id,
        providerId,
        kind,
        address,
        account,
        sealed: secretBox.seal(credentials, credentialsPurpose(context.tenant.id, id)),
        namesClients: hasPermission(context, 'patients:read'),
        nextSyncAt: now,
        tenant: { ...context.tenant },
        createdBy: userId,
        createdAt: now,
      });
      await outbox.emit(db, context, 'booking.calendar_connection_changed', { connectionId: id, change: 'CONNECTED' });
      await syncSoon(db, context, id);
      return connection;
    });

  const change = (
    context: RequestContext,
    id: string,
    from: Parameters<typeof changeConnection>[2],
    to: 'ACTIVE' | 'PAUSED' | 'LEAVING',
  ): Promise<CalendarConnectionRow> => {
    requireMember(context);
    requirePermission(context, 'settings:update');
    return tenants.transaction(context, async (db) => {
      const nextSyncAt = to === 'ACTIVE' ? context.clock.now() : null;
      const changed = await changeConnection(db, id, from, { status: to, nextSyncAt });
      if (!changed) throw new NotFoundError('Calendar connection');
      if (to !== 'ACTIVE') await forgetBusyTimes(db, id);
      if (to !== 'PAUSED') await syncSoon(db, context, id);
      const told = to === 'ACTIVE' ? 'RESUMED' : to === 'PAUSED' ? 'PAUSED' : 'DISCONNECTED';
      await outbox.emit(db, context, 'booking.calendar_connection_changed', { connectionId: id, change: told });
      return changed;
    });
  };

  const serviceOf = (kind: AllowedKind): OAuthService => {
    const service = providers.services[kind];
    if (!service) throw new ConflictError('This platform is not set up for calendars of this kind');
    return service;
  };

  const authorizationIn = (context: RequestContext, state: string): Authorization => {
    const { userId } = requireMember(context);
    let opened: unknown;
    try {
      opened = jsonOf(secretBox.open(state, AUTHORIZATION_PURPOSE));
    } catch {
      opened = null;
    }
    const { data } = authorizationSchema.safeParse(opened);
    const isOwn = data?.userId === userId && data.tenantId === context.tenant.id;
    if (!data || !isOwn || data.expiresAt <= context.clock.now().getTime()) {
      throw ValidationError.of('state', 'must be what you have begun with, within a quarter of an hour');
    }
    return data;
  };

  /** Whatever a calendar answers while it is being connected is for who has named it. */
  const reached = async <Result>(field: string, call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CredentialsRefusedError) throw ValidationError.of(field, 'is refused by the calendar');
      if (error instanceof CalendarFailedError) throw ValidationError.of(field, error.message);
      throw error;
    }
  };

  return {
    async list(context, { providerId, ...args }) {
      requirePermission(context, 'settings:read');
      const page = pageOf(args, CALENDAR_CONNECTION_SORT);
      const rows = await findConnectionsPage(tenants.of(context), providerId, page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    async conflictsOf(context, connectionId) {
      requirePermission(context, 'settings:read');
      return context.loaders.of(context, conflicts).load(connectionId);
    },
    async connectCalDav(context, input) {
      requireMember(context);
      requirePermission(context, 'settings:update');
      const { url, username, password } = validate(calDav, { url: input.url, username: input.username, password: input.password });
      await requireProvider(context, input.providerId);
      const problem = await reached('url', () => providers.checkCalDav({ url, username, password }));
      if (problem !== null) throw ValidationError.of('url', problem);
      const credentials = JSON.stringify({ username, password });
      return connect(context, { providerId: input.providerId, kind: 'CALDAV', address: url, account: username, credentials });
    },
    async begin(context, providerId, kind) {
      const { userId } = requireMember(context);
      requirePermission(context, 'settings:update');
      const service = serviceOf(kind);
      await requireProvider(context, providerId);
      const verifier = randomBytes(32).toString('base64url');
      const expiresAt = context.clock.now().getTime() + AUTHORIZATION_LASTS_MS;
      const begun: Authorization = { tenantId: context.tenant.id, userId, providerId, kind, verifier, expiresAt };
      const url = new URL(service.authorizationUrl);
      const fields = {
        response_type: 'code',
        client_id: service.clientId,
        redirect_uri: service.redirectUri,
        scope: service.scope,
        access_type: 'offline',
        prompt: 'consent',
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
        state: secretBox.seal(JSON.stringify(begun), AUTHORIZATION_PURPOSE),
      };
      for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
      return url.href;
    },
    async finish(context, { state, code }) {
      requirePermission(context, 'settings:update');
      const { providerId, kind, verifier } = authorizationIn(context, state);
      const service = serviceOf(kind);
      await requireProvider(context, providerId);
      const address = 'primary';
      const { credentials, account } = await reached('code', async () => {
        const grant = JSON.stringify(await grantOf(service, providers.request, context.clock, { code, verifier }));
        return { credentials: grant, account: await providers.account(kind, address, grant) };
      });
      return connect(context, { providerId, kind, address, account: account.slice(0, 200), credentials });
    },
    pause: (context, id) => change(context, id, ['ACTIVE'], 'PAUSED'),
    resume: (context, id) => change(context, id, ['PAUSED'], 'ACTIVE'),
    disconnect: (context, id) => change(context, id, ['ACTIVE', 'PAUSED', 'REFUSED'], 'LEAVING'),
  };
}
