import type { Holding } from '../../../subgraphs/_kernel/personal-data/holding.js';
import type { SubgraphName } from '../../../subgraphs/_kernel/wire/subgraph-names.js';
import { ANALYTICS_HOLDINGS } from '../../../subgraphs/analytics/personal-data.js';
import { BOOKING_HOLDINGS } from '../../../subgraphs/booking/personal-data/holdings.js';
import { COMMERCE_HOLDINGS } from '../../../subgraphs/commerce/personal-data.js';
import { IDENTITY_HOLDINGS } from '../../../subgraphs/identity/personal-data/holdings.js';
import { MARKETING_HOLDINGS } from '../../../subgraphs/marketing/personal-data.js';
import { OPS_HOLDINGS } from '../../../subgraphs/ops/personal-data.js';
import { TENANCY_HOLDINGS } from '../../../subgraphs/tenancy/personal-data.js';

const HOLDINGS_OF: Readonly<Record<SubgraphName, readonly Holding[]>> = {
  identity: IDENTITY_HOLDINGS,
  tenancy: TENANCY_HOLDINGS,
  booking: BOOKING_HOLDINGS,
  commerce: COMMERCE_HOLDINGS,
  marketing: MARKETING_HOLDINGS,
  analytics: ANALYTICS_HOLDINGS,
  ops: OPS_HOLDINGS,
};

/** What every subgraph says it holds of people. */
export const HOLDINGS: readonly Holding[] = Object.values(HOLDINGS_OF).flat();

export const tableOf = ({ schema, table }: Pick<Holding, 'schema' | 'table'>): string => `${schema}.${table}`;

/** Columns of a table that a holding gives, blanks, deletes or keeps for a reason. */
export function isHeld(holding: Holding, column: string): boolean {
  const { erasure } = holding;
  switch (erasure.how) {
    case 'DELETE':
    case 'KEEP':
      return true;
    case 'BLANK':
      return Object.hasOwn(erasure.columns, column);
    case 'BLANK_FINAL':
      return erasure.columns.includes(column);
  }
}
