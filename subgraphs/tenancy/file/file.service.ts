import { ConflictError, ForbiddenError, NotFoundError, RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { ObjectStore, UploadLink } from '../../_kernel/files/object-store.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PolicyAction } from '../../_kernel/policy/catalogue.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { hasPermission, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import type { FileEvents, FileFacts } from './events.js';
import { fileResource, filesLeftBy } from './file-policy.js';
import type { FileScanner } from './file-scanner.js';
import { AWAITED_FOR_MS, DOWNLOAD_LINK_SECONDS, HEAD_BYTES, incomingKeyOf, looksLike, MOST_AWAITED, objectKeyOf, UPLOAD_LINK_SECONDS, uploadSchema } from './file.js';
import { changeFile, countAwaited, FILE_SORT, findFile, findFilesPage, findFilesToClear, insertFile, noteCleared, type FileRow } from './file.store.js';

const AT_ONCE = 50;

export interface AnnouncedFile {
  readonly file: FileRow;
  readonly upload: UploadLink & { readonly expiresAt: Date };
}

export interface FileService {
  /**
   * Announces a file; its bytes go to the store by the link, and `complete` makes it readable.
   * @throws {UnauthenticatedError} for everybody but members @throws {ForbiddenError} without `files:create`
   * @throws {ValidationError} @throws {RateLimitedError} while too many are awaited
   */
  announce(context: RequestContext, input: { readonly purpose: string; readonly name: string; readonly contentType: string; readonly size: number }): Promise<AnnouncedFile>;
  /**
   * Looks at what was uploaded: it must be as long and of the type that was announced, and harmless.
   * @returns the file, READY or REFUSED @throws {NotFoundError} @throws {ConflictError} while its bytes have not come
   */
  complete(context: RequestContext, id: string): Promise<FileRow>;
  /** Null for one that is not there, or that is not hers to see: her own, and everybody's with `files:read`, as policies leave it. */
  find(context: RequestContext, id: string): Promise<FileRow | null>;
  /** Everybody's with `files:read`, her own without, as policies leave it; newest first. */
  list(context: RequestContext, page: PageArgs): Promise<Connection<FileRow>>;
  /** A link that shows the file to whoever has it, for five minutes; null until it is ready. */
  linkTo(file: FileRow): Promise<string | null>;
  /** @throws {NotFoundError} @throws {ForbiddenError} for somebody else's without `files:delete` */
  remove(context: RequestContext, id: string): Promise<FileRow>;
  /** Clears the bytes away of files that are no more, or that never came. Safe to run again at any time. */
  clear(context: Pick<RequestContext, 'clock' | 'logger'>): Promise<void>;
}

async function headOf(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of await store.read(key)) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

export function createFileService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<FileEvents>;
  readonly store: ObjectStore;
  readonly scanner: FileScanner;
  readonly policies: TenantPolicies;
}): FileService {
  const { tenants, platform, outbox, store, scanner, policies } = parts;

  const factsOf = ({ id, purpose, contentType, size, uploadedBy }: FileRow): FileFacts => ({ fileId: id, purpose, contentType, size, uploadedBy });
  const isOwn = (context: RequestContext, file: FileRow): boolean => file.uploadedBy !== null && file.uploadedBy === actorIdOf(context.principal);

  const may = async (context: RequestContext, action: PolicyAction, file: FileRow): Promise<boolean> =>
    (await policies.of(context)).decide(action, fileResource(file)).allowed;

  const seen = async (context: RequestContext, id: string): Promise<FileRow> => {
    const file = await findFile(tenants.of(context), id);
    if (!file || !(await may(context, 'file:read', file))) throw new NotFoundError('File');
    return file;
  };

  /** Why what was uploaded must not be kept; null when it may. */
  const problemOf = async ({ name, objectKey, contentType, size }: FileRow): Promise<string | null> => {
    const found = await store.stat(objectKey);
    if (!found) throw new ConflictError('Nothing has been uploaded yet');
    if (found.size !== size) return `It is ${found.size} bytes long, not ${size}`;
    if (found.contentType !== null && found.contentType !== contentType) return `It is ${found.contentType}, not ${contentType}`;
    if (!looksLike(contentType, await headOf(store, objectKey))) return `It is not ${contentType}, whatever it says`;
    return scanner.scan({ name, contentType, size }, () => store.read(objectKey));
  };

  return {
    async announce(context, input) {
      requireMember(context);
      if (!hasPermission(context, 'files:create')) throw new ForbiddenError('This needs the permission files:create');
      const { purpose, name, contentType, size } = validate(uploadSchema, input);
      const uploadedBy = actorIdOf(context.principal);
      const now = context.clock.now();
      const db = tenants.of(context);
      if (uploadedBy !== null && (await countAwaited(db, uploadedBy)) >= MOST_AWAITED) {
        throw new RateLimitedError('Complete or delete the files you have announced first', 60);
      }
      const id = uuidv7();
      const objectKey = objectKeyOf(context.tenant.id, purpose, id);
      const file = await insertFile(db, {
        id,
        purpose,
        name,
        contentType,
        size,
        status: 'AWAITED',
        objectKey,
        uploadedBy,
        createdAt: now,
        clearAt: new Date(now.getTime() + AWAITED_FOR_MS),
      });
      const upload = await store.uploadLink({ key: incomingKeyOf(objectKey), contentType, size, expiresInSeconds: UPLOAD_LINK_SECONDS });
      return { file, upload: { ...upload, expiresAt: new Date(now.getTime() + UPLOAD_LINK_SECONDS * 1_000) } };
    },

    async complete(context, id) {
      const file = await seen(context, id);
      if (file.status !== 'AWAITED') return file;
      if (!isOwn(context, file)) throw new NotFoundError('File');
      await store.move(incomingKeyOf(file.objectKey), file.objectKey);
      const reason = await problemOf(file);
      if (reason !== null) await store.remove(file.objectKey);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const status = reason === null ? ('READY' as const) : ('REFUSED' as const);
        // The link is good for longer: what comes by it now is cleared away with the announcement.
        const changed = await changeFile(db, file, { status, reason, completedAt: now });
        if (!changed) throw new ConflictError('It has changed meanwhile; look at it again');
        if (reason === null) await outbox.emit(db, context, 'tenancy.file_ready', factsOf(changed));
        else await outbox.emit(db, context, 'tenancy.file_refused', { ...factsOf(changed), reason });
        return changed;
      });
    },

    find: (context, id) =>
      seen(context, id).catch((error: unknown) => {
        if (error instanceof NotFoundError) return null;
        throw error;
      }),

    async list(context, args) {
      requireMember(context);
      const page = pageOf(args, FILE_SORT);
      const visible = filesLeftBy((await policies.of(context)).rowFilter('file:read', 'StoredFile'));
      return connectionOf(page, await findFilesPage(tenants.of(context), visible, page), ({ createdAt, id }) => [createdAt, id]);
    },

    async linkTo({ status, objectKey, contentType, name }) {
      if (status !== 'READY') return null;
      return store.downloadLink({ key: objectKey, contentType, name, expiresInSeconds: DOWNLOAD_LINK_SECONDS });
    },

    async remove(context, id) {
      const file = await seen(context, id);
      if (!(await may(context, 'file:delete', file))) throw new ForbiddenError('This needs the permission files:delete');
      return tenants.transaction(context, async (db) => {
        // Not before the link by which it came has expired: nothing comes by it after that.
        const clearAt = new Date(Math.max(context.clock.now().getTime(), file.createdAt.getTime() + UPLOAD_LINK_SECONDS * 1_000));
        const removed = await changeFile(db, file, { status: 'DELETED', clearAt });
        if (!removed) throw new ConflictError('It has changed meanwhile; look at it again');
        await outbox.emit(db, context, 'tenancy.file_deleted', factsOf(removed));
        return removed;
      });
    },

    async clear({ clock, logger }) {
      for (const file of await findFilesToClear(platform.db, clock.now(), AT_ONCE)) {
        try {
          await store.remove(incomingKeyOf(file.objectKey));
          const isKept = file.status === 'READY';
          if (!isKept) await store.remove(file.objectKey);
          await noteCleared(platform.db, file);
        } catch (error) {
          logger.error({ err: error, fileId: file.id }, 'a file could not be cleared away');
        }
      }
    },
  };
}
