import type { Holding } from '../_kernel/personal-data/holding.js';

/** Facts name bookings, providers and services, and no client: there is nothing to give and nothing to forget. */
export const ANALYTICS_HOLDINGS: readonly Holding[] = [];
