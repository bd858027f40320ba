import { z } from 'zod';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import {
  CLIENT_SORT,
  ensureClient,
  findClientByName,
  findClientsPage,
  findVersionsPage,
  insertVersion,
  VERSION_SORT,
  type ClientApplicationRow,
  type ClientVersionRow,
} from './client-application.store.js';
import {
  LONGEST_BODY,
  OPERATION_TYPES,
  OPERATIONS_PER_PUBLICATION,
  problemsOf,
  problemsOfRetirement,
} from './registered-operation.js';
import {
  findOperationsOf,
  findOperationsPage,
  insertOperations,
  markLastVersion,
  OPERATION_SORT,
  retire,
  type RegisteredOperationRow,
} from './registered-operation.store.js';

export interface Publication {
  readonly client: ClientApplicationRow;
  readonly version: string;
  readonly added: number;
  readonly unchanged: number;
  /** Every operation that was sent, in the order of their names. */
  readonly operations: readonly RegisteredOperationRow[];
}

/** Client programs and the operations they have registered. The owner is the tenant of the request. */
export interface ClientApplicationService {
  /**
   * Registers a manifest, or a part of one. What is registered already stays as it is.
   * @throws {ForbiddenError | ValidationError}
   */
  publish(context: RequestContext, input: unknown): Promise<Publication>;
  /**
   * Announces that operations go, and when. Saying it again moves the date.
   * @throws {ForbiddenError | NotFoundError | ValidationError}
   */
  retire(context: RequestContext, input: unknown): Promise<readonly RegisteredOperationRow[]>;
  /** @throws {ForbiddenError} */
  list(context: RequestContext, args: PageArgs): Promise<Connection<ClientApplicationRow>>;
  /** Newest first. @throws {ForbiddenError | NotFoundError} */
  versions(context: RequestContext, client: string, args: PageArgs): Promise<Connection<ClientVersionRow>>;
  /** By name. @throws {ForbiddenError | NotFoundError} */
  operations(context: RequestContext, client: string, args: PageArgs): Promise<Connection<RegisteredOperationRow>>;
  find(context: RequestContext, clientId: string): Promise<ClientApplicationRow | null>;
}

const DOCUMENT_ID = z
  .string()
  .regex(/^(?:sha256:)?[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal')
  .transform((id) => id.replace(/^sha256:/, ''));

const clientName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, underscores or hyphens');

const publicationSchema = z.object({
  client: clientName,
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}$/, 'must be 1 to 64 letters, digits or .+_-'),
  operations: z
    .array(
      z.object({
        id: DOCUMENT_ID,
        name: z.string().regex(/^[_A-Za-z]\w{0,127}$/, 'must be the name of an operation'),
        type: z.enum(OPERATION_TYPES),
        body: z.string().max(LONGEST_BODY, `must be at most ${LONGEST_BODY} characters long`),
      }),
    )
    .min(1, 'must not be empty')
    .max(OPERATIONS_PER_PUBLICATION, `must be at most ${OPERATIONS_PER_PUBLICATION} at a time`),
});

const retirementSchema = z.object({
  client: clientName,
  operations: z.array(DOCUMENT_ID).min(1, 'must not be empty').max(OPERATIONS_PER_PUBLICATION),
  sunsetAt: z.date(),
  replacement: DOCUMENT_ID.nullish().transform((id) => id ?? null),
});

const requireOwner = (context: RequestContext): void =>
  requirePermission(context, 'settings:update', 'platform:tenants:manage');

async function requireClient(db: TenantDb, name: string): Promise<ClientApplicationRow> {
  const client = await findClientByName(db, name);
  if (!client) throw new NotFoundError('Client application');
  return client;
}

export function createClientApplicationService(parts: {
  readonly tenants: TenantDatabase;
  readonly loader: LoaderDefinition<string, ClientApplicationRow | null>;
}): ClientApplicationService {
  const { tenants, loader } = parts;
  return {
    async publish(context, input) {
      requireOwner(context);
      const { client: name, version, operations } = validate(publicationSchema, input);
      const problems = problemsOf(operations);
      if (problems.length > 0) throw new ValidationError(problems);
      const ids = operations.map(({ id }) => id);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const client = await ensureClient(db, name, now);
        const clientId = client.id;
        await insertVersion(db, { clientId, version, publishedBy: actorIdOf(context.principal), publishedAt: now });
        const added = await insertOperations(db, { clientId, version, createdAt: now }, operations);
        await markLastVersion(db, clientId, ids, version);
        return {
          client,
          version,
          added: added.length,
          unchanged: operations.length - added.length,
          operations: await findOperationsOf(db, clientId, ids),
        };
      });
    },
    async retire(context, input) {
      requireOwner(context);
      const { client: name, operations, sunsetAt, replacement } = validate(retirementSchema, input);
      return tenants.transaction(context, async (db) => {
        const client = await requireClient(db, name);
        const named = await findOperationsOf(db, client.id, replacement === null ? operations : [...operations, replacement]);
        const known = new Set(named.map(({ documentId }) => documentId));
        const problems = problemsOfRetirement({ operations, replacement }, known);
        if (problems.length > 0) throw new ValidationError(problems);
        await retire(db, client.id, operations, { retiredAt: context.clock.now(), sunsetAt, replacement });
        return findOperationsOf(db, client.id, operations);
      });
    },
    async list(context, args) {
      requireOwner(context);
      const page = pageOf(args, CLIENT_SORT);
      return connectionOf(page, await findClientsPage(tenants.of(context), page), ({ name, id }) => [name, id]);
    },
    async versions(context, client, args) {
      requireOwner(context);
      const page = pageOf(args, VERSION_SORT);
      const db = tenants.of(context);
      const { id: clientId } = await requireClient(db, client);
      return connectionOf(page, await findVersionsPage(db, clientId, page), ({ publishedAt, id }) => [publishedAt, id]);
    },
    async operations(context, client, args) {
      requireOwner(context);
      const page = pageOf(args, OPERATION_SORT);
      const db = tenants.of(context);
      const { id: clientId } = await requireClient(db, client);
      return connectionOf(page, await findOperationsPage(db, clientId, page), ({ name, id }) => [name, id]);
    },
    find: (context, clientId) => context.loaders.of(context, loader).load(clientId),
  };
}
