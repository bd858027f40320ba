import { ForbiddenError, NotFoundError } from '../../../_kernel/errors/domain-error.js';
import { TenantId } from '../../../tenancy/ids.js';
import { builder } from '../../builder.js';
import { uuidInFilter } from '../../id-in-filter.js';
import { AuditArchiveId } from '../../ids.js';
import { tenantOf, TenantRef } from '../../tenant.graph.js';
import type { OpenedArchive } from './audit-archive.service.js';
import type { ArchiveRow } from './audit-archive.store.js';

const READERS: [['settings:read'], ['platform:audit:read']] = [['settings:read'], ['platform:audit:read']];

const AuditArchiveRef = builder.objectRef<ArchiveRow>('AuditArchive').implement({
  description:
    'A file with entries of the audit trail that are older than a year. Proofs of them are given as before; address and browser are forgotten.',
  requiresScopes: READERS,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => AuditArchiveId.encode(id) }),
    tenant: t.field({ type: TenantRef, nullable: true, description: 'The company whose entries they are.', resolve: tenantOf }),
    entries: t.int({ description: 'How many entries.', resolve: ({ fromIndex, toIndex }) => Number(toIndex - fromIndex) }),
    firstLeaf: t.int({ description: 'Place of the first of them in the log, from 0.', resolve: ({ fromIndex }) => Number(fromIndex) }),
    checkpointSize: t.int({ description: 'Size of the signed head that seals it.', resolve: ({ toIndex }) => Number(toIndex) }),
    oldestAt: t.expose('oldestAt', { type: 'DateTime', description: 'When the oldest of them came about.' }),
    newestAt: t.expose('newestAt', { type: 'DateTime', description: 'When the newest of them came about.' }),
    location: t.exposeString('objectKey', { description: 'Where it lies in the object store.' }),
    sha256: t.string({ description: 'Of the file, in hexadecimal digits.', resolve: ({ sha256 }) => Buffer.from(sha256).toString('hex') }),
    bytes: t.float({ description: 'How large the file is.', resolve: ({ size }) => Number(size) }),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const OpenedArchiveRef = builder.objectRef<OpenedArchive>('OpenedAuditArchive').implement({
  description: 'An archive that can be downloaded.',
  fields: (t) => ({
    archive: t.field({ type: AuditArchiveRef, description: 'The archive.', resolve: ({ archive }) => archive }),
    url: t.exposeString('url', { description: 'Where it can be had, by whoever knows this.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when.' }),
  }),
});

builder.queryFields((t) => ({
  auditArchives: t.connection(
    {
      type: AuditArchiveRef,
      nullable: true,
      requiresScopes: READERS,
      description: "Where the audit trail is that is older than a year: your company's, and for platform staff every company's.",
      args: {
        tenantId: t.arg.id({ required: false, description: 'Only those of this company, for platform staff.' }),
        from: t.arg({ type: 'DateTime', required: false, description: 'Only those with entries of this time or later.' }),
        to: t.arg({ type: 'DateTime', required: false, description: 'Only those with entries from before this time.' }),
      },
      resolve: (_root, { tenantId, from, to, ...page }, { request, services }) =>
        services.auditArchives.list(request, page, {
          tenantId: uuidInFilter(tenantId, TenantId),
          from: from ?? undefined,
          to: to ?? undefined,
        }),
    },
    { name: 'AuditArchiveConnection', description: 'A page of archives.' },
    { name: 'AuditArchiveEdge', description: 'An archive in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  openAuditArchive: t.field({
    type: OpenedArchiveRef,
    nullable: true,
    requiresScopes: READERS,
    errors: { types: [NotFoundError, ForbiddenError] },
    description: 'Gives a link to an archive of the audit trail, for five minutes. That you did is an entry itself.',
    args: { id: t.arg.id({ description: 'Global id of the archive.' }) },
    resolve: (_root, { id }, { request, services }) => services.auditArchives.open(request, AuditArchiveId.require(id)),
  }),
}));
