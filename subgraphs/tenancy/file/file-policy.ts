import type { Prisma } from '../../../prisma/generated/client.js';
import type { RESOURCES } from '../../_kernel/policy/catalogue.js';
import type { PolicyResource } from '../../_kernel/policy/policy.js';
import { asDate, whereOf, type Column } from '../../_kernel/policy/row-filter-query.js';
import type { RowFilter } from '../../_kernel/policy/row-filter.js';
import type { FileRow } from './file.store.js';

type Attribute = keyof (typeof RESOURCES)['StoredFile'];

export const fileResource = ({ id, tenantId, uploadedBy, purpose, contentType, size, createdAt }: FileRow): PolicyResource => ({
  type: 'StoredFile',
  id,
  tenantId,
  attributes: { id, ownerId: uploadedBy, purpose, contentType, size, createdAt } satisfies Record<Attribute, unknown>,
});

const COLUMNS: Readonly<Record<Attribute, Column<Prisma.StoredFileWhereInput>>> = {
  id: { where: (id) => ({ id }) },
  ownerId: { where: (uploadedBy) => ({ uploadedBy }), optional: true },
  purpose: { where: (purpose) => ({ purpose }) },
  contentType: { where: (contentType) => ({ contentType }) },
  size: { where: (size) => ({ size }) },
  createdAt: { where: (createdAt) => ({ createdAt }), value: asDate },
};

/** The files that a filter leaves, as a condition of a query. */
export const filesLeftBy = (filter: RowFilter): Prisma.StoredFileWhereInput => whereOf(filter, COLUMNS);
