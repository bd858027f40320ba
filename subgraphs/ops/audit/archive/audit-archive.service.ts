import { NotFoundError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { ObjectStore } from '../../../_kernel/files/object-store.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import type { OpsEvents } from '../../events.js';
import { dbWithin, READ_AUDIT, requireReach } from '../../reach.js';
import { requirePeriod } from '../audit.service.js';
import { ARCHIVE_TYPE } from './audit-archiver.js';
import { ARCHIVE_SORT, findArchive, findArchivePage, type ArchiveFilter, type ArchiveRow } from './audit-archive.store.js';

export interface OpenedArchive {
  readonly archive: ArchiveRow;
  readonly url: string;
  readonly expiresAt: Date;
}

/** Where the audit trail is that is older than a year. */
export interface AuditArchiveService {
  /**
   * Those made last first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError} @throws {ValidationError}
   */
  list(context: RequestContext, args: PageArgs, filter: ArchiveFilter): Promise<Connection<ArchiveRow>>;
  /**
   * A link by which an archive can be downloaded, for five minutes. That it was asked for is itself an entry.
   * @throws {ForbiddenError} @throws {NotFoundError}
   */
  open(context: RequestContext, id: string): Promise<OpenedArchive>;
}

const LINK_SECONDS = 300;

export function createAuditArchiveService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly files: ObjectStore;
}): AuditArchiveService {
  const { database, outbox, files } = parts;
  return {
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      requirePeriod(filter);
      const page = pageOf(args, ARCHIVE_SORT);
      return connectionOf(page, await findArchivePage(db, page, filter), (row) => [row.archivedAt, row.id]);
    },
    async open(context, id) {
      const archive = await findArchive(dbWithin(requireReach(context, READ_AUDIT), context, database), id);
      if (!archive) throw new NotFoundError('Audit archive');
      const { objectKey: key, tenantId, fromIndex, toIndex } = archive;
      const name = `audit-log-${fromIndex}-${toIndex}.ndjson`;
      const url = await files.downloadLink({ key, contentType: ARCHIVE_TYPE, name, expiresInSeconds: LINK_SECONDS });
      await database.tenants.transaction(context, (db) =>
        outbox.emit(db, context, 'ops.audit_exported', { format: 'PROOF', entries: Number(toIndex - fromIndex), tenantId }),
      );
      return { archive, url, expiresAt: new Date(context.clock.now().getTime() + LINK_SECONDS * 1_000) };
    },
  };
}
