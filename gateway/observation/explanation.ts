import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import type { GraphQLError } from 'graphql';

/** Header by which a client asks for it; its only value is `1`. */
export const EXPLAIN_HEADER = 'x-spine-explain';

/** What a client is told of the way its operation went: `extensions.explain`. */
export interface Explained {
  /** The plan of what may be seen, as text; null when nothing was left to fetch. */
  readonly plan: string | null;
  readonly planCache: 'hit' | 'miss' | null;
  readonly cuts: readonly { readonly path: string; readonly coordinate: string }[];
  /** What the operation was expected to cost at most; null where nothing is priced. */
  readonly cost: number | null;
  readonly stages: readonly Took[];
  readonly fetches: readonly FetchTook[];
}

interface Took {
  readonly stage: string;
  readonly milliseconds: number;
}

interface FetchTook {
  readonly subgraph: string;
  readonly outcome: string;
  readonly milliseconds: number;
}

/** Collects it while the operation is under way. One for each request that asks for it. */
export interface Explanation {
  stage(name: string, seconds: number): void;
  fetched(subgraph: string, seconds: number, outcome: string): void;
  priced(cost: number): void;
  planned(operation: { readonly refusals: readonly GraphQLError[]; readonly plan: QueryPlan | null }): void;
  planCache(outcome: 'hit' | 'miss'): void;
  tell(): Explained;
}

const inMilliseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1e3;

export function createExplanation(): Explanation {
  const stages: Took[] = [];
  const fetches: FetchTook[] = [];
  let known: Pick<Explained, 'plan' | 'planCache' | 'cuts' | 'cost'> = { plan: null, planCache: null, cuts: [], cost: null };
  return {
    stage: (stage, seconds) => void stages.push({ stage, milliseconds: inMilliseconds(seconds) }),
    fetched: (subgraph, seconds, outcome) =>
      void fetches.push({ subgraph, outcome, milliseconds: inMilliseconds(seconds) }),
    priced(cost) {
      known = { ...known, cost };
    },
    planned({ refusals, plan }) {
      const cuts = refusals.map(({ path, extensions }) => ({
        path: path?.join('.') ?? '',
        coordinate: String(extensions['coordinate']),
      }));
      known = { ...known, cuts, plan: plan?.node ? prettyFormatQueryPlan(plan) : null };
    },
    planCache(planCache) {
      known = { ...known, planCache };
    },
    tell: () => ({ ...known, stages, fetches }),
  };
}
