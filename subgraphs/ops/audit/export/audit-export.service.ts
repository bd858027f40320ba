import { z } from 'zod';
import { ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { connectionOf, pageOf } from '../../../_kernel/graphql/connection.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { MAX_PAGE_SIZE } from '../../../_kernel/wire/page-size.js';
import { PLATFORM_TENANT } from '../../../_kernel/wire/tenant.js';
import type { OpsEvents } from '../../events.js';
import { dbWithin, READ_AUDIT, requireReach } from '../../reach.js';
import { canonicalJson, toJsonValue } from '../../spine/json.js';
import { requirePeriod } from '../audit.service.js';
import { AUDIT_SORT, findAuditPage, type AuditEntryRow, type AuditFilter } from '../audit.store.js';
import { findCheckpoint, findLeaves } from '../log/audit-log.store.js';
import { originOf } from '../log/checkpoint.js';
import { logVerifier, verifierText } from '../log/signed-note.js';
import type { AuditKeys } from '../log/signing-key.js';
import { trailEntryOf, type ArchivedEntries } from '../archive/archived-entries.js';
import { checkpointLineOf, entryLineOf, headerOf } from '../verify/trail-file.js';
import { csvLine } from './csv.js';
import { ocsfEvent } from './ocsf.js';

export const AUDIT_EXPORT_FORMATS = ['CSV', 'OCSF', 'PROOF'] as const;
export type AuditExportFormat = (typeof AUDIT_EXPORT_FORMATS)[number];

/** A part of a file; the parts joined in their order are the file. */
export interface AuditExport {
  readonly content: string;
  readonly contentType: string;
  readonly fileName: string;
  readonly entries: number;
  /** Where the next part begins; null at the end. */
  readonly next: string | null;
}

export interface AuditExportWish {
  readonly format: AuditExportFormat;
  readonly filter: AuditFilter;
  readonly after: string | null;
}

export interface AuditExportService {
  /**
   * A part of the audit trail as a file. That it was taken is itself an entry.
   * @throws {ForbiddenError} without the permission to read the audit trail
   * @throws {ValidationError} for a cursor that is none of ours, or a PROOF of a part of the log
   */
  export(context: RequestContext, wish: AuditExportWish): Promise<AuditExport>;
}

/** Entries of one part. */
const PART = 5_000;

const CSV_COLUMNS = [
  'occurredAt',
  'id',
  'tenantId',
  'env',
  'action',
  'actorKind',
  'actorId',
  'subjectId',
  'surface',
  'ip',
  'userAgent',
  'requestId',
] as const satisfies readonly (keyof AuditEntryRow)[];

const csvOf = (row: AuditEntryRow): string =>
  csvLine([
    ...CSV_COLUMNS.map((column) => {
      const value = row[column];
      return value instanceof Date ? value.toISOString() : value;
    }),
    canonicalJson(toJsonValue(row.meta, 'meta')),
  ]);

/** How an entry is written in the formats that take any of them, and what stands at the top of the file. */
const WRITERS = {
  CSV: { head: csvLine([...CSV_COLUMNS, 'meta']), write: csvOf },
  OCSF: { head: '', write: (row: AuditEntryRow) => `${JSON.stringify(ocsfEvent(row))}\n` },
} as const;

const FILES: Readonly<Record<AuditExportFormat, Pick<AuditExport, 'contentType' | 'fileName'>>> = {
  CSV: { contentType: 'text/csv; charset=utf-8', fileName: 'audit-trail.csv' },
  OCSF: { contentType: 'application/x-ndjson', fileName: 'audit-trail.ocsf.ndjson' },
  PROOF: { contentType: 'application/x-ndjson', fileName: 'audit-log.ndjson' },
};

type Part = Pick<AuditExport, 'content' | 'entries' | 'next'>;

async function filteredPart(
  db: TenantDb | PlatformDb,
  { head, write }: (typeof WRITERS)[keyof typeof WRITERS],
  { filter, after }: AuditExportWish,
): Promise<Part> {
  const written: string[] = [];
  let next = after;
  for (let more = true; more && written.length < PART;) {
    const page = pageOf({ first: MAX_PAGE_SIZE, after: next }, AUDIT_SORT);
    const { edges, pageInfo } = connectionOf(page, await findAuditPage(db, page, filter), (row) => [row.occurredAt, row.id]);
    written.push(...edges.map(({ node }) => write(node)));
    more = pageInfo.hasNextPage;
    next = more ? pageInfo.endCursor : null;
  }
  return { content: (after === null ? head : '') + written.join(''), entries: written.length, next };
}

/** Where a part of a log begins, and at which signed head the file ends. */
interface LogPlace {
  readonly from: number;
  readonly size: number;
}

const logPlace = z.tuple([z.int().nonnegative(), z.int().positive()]);

const cursorOf = ({ from, size }: LogPlace): string => Buffer.from(JSON.stringify([from, size])).toString('base64url');

function placeIn(cursor: string): LogPlace {
  try {
    const [from, size] = logPlace.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { from, size };
  } catch {
    throw ValidationError.of('input.after', 'is not a cursor of this export');
  }
}

/** A proof of a part would be none: the log is taken whole, one tenant's at a time. */
function requireWholeLog(filter: AuditFilter): void {
  const [field] = Object.entries(filter).find(([name, value]) => name !== 'tenantId' && value !== undefined) ?? [];
  if (field !== undefined) throw ValidationError.of(`input.filter.${field}`, 'cannot be given for a PROOF, which is the whole log');
}

export function createAuditExportService(parts: {
  readonly database: Database;
  readonly outbox: Outbox<OpsEvents>;
  readonly keys: AuditKeys;
  readonly logName: string;
  readonly archived: ArchivedEntries;
}): AuditExportService {
  const { database, outbox, keys, logName, archived } = parts;

  const logPart = async (db: TenantDb | PlatformDb, tenantId: string, after: string | null): Promise<Part> => {
    const checkpoint = await findCheckpoint(db, tenantId, after === null ? undefined : placeIn(after).size);
    const publicKey = checkpoint && (await keys.publicKey());
    if (!publicKey) return { content: '', entries: 0, next: null };
    const size = Number(checkpoint.size);
    const { from } = after === null ? { from: 0 } : placeIn(after);
    const verifierKey = verifierText(logVerifier(originOf(logName, tenantId), publicKey));
    const head = after === null ? [headerOf(verifierKey), checkpointLineOf(checkpoint.note)] : [];
    const leaves = await findLeaves(db, tenantId, from, Math.min(PART, size - from));
    const lines: string[] = [];
    for (const found of leaves) {
      const entry = found.entry ? trailEntryOf(found.leaf, found.entry) : await archived.at(tenantId, Number(found.leaf.leafIndex));
      // One whose entry has gone leaves a gap, which a verifier reports.
      if (entry) lines.push(entryLineOf(entry));
    }
    const reached = from + leaves.length;
    return {
      content: [...head, ...lines].map((line) => `${line}\n`).join(''),
      entries: lines.length,
      next: leaves.length > 0 && reached < size ? cursorOf({ from: reached, size }) : null,
    };
  };

  return {
    async export(context, wish) {
      const { format, filter, after } = wish;
      const reach = requireReach(context, READ_AUDIT);
      requirePeriod(filter);
      if (format === 'PROOF') requireWholeLog(filter);
      const db = dbWithin(reach, context, database);
      const own = reach === 'PLATFORM' ? PLATFORM_TENANT.id : context.tenant.id;
      const part = await (format === 'PROOF'
        ? logPart(db, filter.tenantId ?? own, after)
        : filteredPart(db, WRITERS[format], wish));
      await database.tenants.transaction(context, (tx) =>
        outbox.emit(tx, context, 'ops.audit_exported', { format, entries: part.entries, tenantId: filter.tenantId ?? null }),
      );
      return { ...part, ...FILES[format] };
    },
  };
}
