import { monthlyPriceOf } from '../../_kernel/wire/plan-price.js';
import { PLANS, type Plan } from '../../_kernel/wire/tenant.js';

/** Companies on a plan, by how they stand with the platform. */
export interface PlanCounts {
  readonly plan: Plan;
  /** All that there are, those that are gone apart. */
  readonly companies: number;
  /** They work, and their trial is behind them. */
  readonly settled: number;
  readonly onTrial: number;
  /** They were settled, and are gone since the beginning of the period. */
  readonly left: number;
}

export interface PlanMetrics extends PlanCounts {
  /** Whoever pays: settled on a plan that costs something. */
  readonly paying: number;
  /** Minor units a month. */
  readonly revenue: number;
}

export interface PlatformMetrics {
  readonly at: Date;
  readonly organizations: number;
  readonly activeSubscriptions: number;
  readonly trials: number;
  readonly users: number;
  /** Minor units. */
  readonly monthlyRecurringRevenue: number;
  readonly annualRunRate: number;
  /** Of those who paid at the beginning of the period, how many of a hundred have left in it; two decimals. */
  readonly churnPercentage: number;
  readonly plans: readonly PlanMetrics[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function planMetricsOf(counts: PlanCounts): PlanMetrics {
  const price = monthlyPriceOf(counts.plan);
  const paying = price > 0 ? counts.settled : 0;
  return { ...counts, left: price > 0 ? counts.left : 0, paying, revenue: paying * price };
}

/** The platform's business by what its plans cost by the list. @param counts of plans that somebody has, in any order */
export function platformMetricsOf(counts: readonly PlanCounts[], users: number, at: Date): PlatformMetrics {
  const plans = PLANS.map((plan) =>
    planMetricsOf(counts.find((one) => one.plan === plan) ?? { plan, companies: 0, settled: 0, onTrial: 0, left: 0 }),
  );
  const monthlyRecurringRevenue = sum(plans.map(({ revenue }) => revenue));
  const activeSubscriptions = sum(plans.map(({ paying }) => paying));
  const left = sum(plans.map((plan) => plan.left));
  const before = activeSubscriptions + left;
  return {
    at,
    organizations: sum(plans.map(({ companies }) => companies)),
    activeSubscriptions,
    trials: sum(plans.map(({ onTrial }) => onTrial)),
    users,
    monthlyRecurringRevenue,
    annualRunRate: monthlyRecurringRevenue * 12,
    churnPercentage: before === 0 ? 0 : Math.round((left / before) * 10_000) / 100,
    plans,
  };
}
