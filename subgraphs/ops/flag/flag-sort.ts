import type { SortKey } from '../../_kernel/graphql/connection.js';

export const FLAG_CHANGES_NEWEST: readonly SortKey[] = [
  { field: 'at', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const PROPOSALS_NEWEST: readonly SortKey[] = [
  { field: 'proposedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];
