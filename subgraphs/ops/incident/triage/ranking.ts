import { TRIAGE_FEATURES, type TriageFeature, type TriageFeatures } from './features.js';

export type TriageWeights = Readonly<Record<TriageFeature, number>>;

/** A model as it is kept, with where it comes from and how it stood. */
export interface TriageModel {
  readonly weights: TriageWeights;
  readonly provenance: {
    /** What it was trained on. */
    readonly data: string;
    readonly seed: number;
    readonly incidents: number;
    readonly split: string;
  };
  /** Mean NDCG@5 of boards that it was not trained on. */
  readonly ndcg: number;
  /** The same of the order by severity. */
  readonly ndcgOfSeverity: number;
}

export interface Contribution {
  readonly feature: TriageFeature;
  /** What it adds to the score. */
  readonly amount: number;
}

export interface Score {
  readonly score: number;
  /** What the score is made of, the largest part first. */
  readonly contributions: readonly Contribution[];
}

/** The order in which severity alone puts incidents. */
export const BY_SEVERITY: TriageWeights = {
  severity: 1,
  volume: 0,
  acceleration: 0,
  security: 0,
  tenancy: 0,
  billing: 0,
  spread: 0,
};

/** The sum of its parts, so that each rank can be explained. */
export function scoreOf(weights: TriageWeights, features: TriageFeatures): Score {
  const contributions = TRIAGE_FEATURES.map((feature) => ({ feature, amount: weights[feature] * features[feature] }));
  return {
    score: contributions.reduce((sum, { amount }) => sum + amount, 0),
    contributions: contributions.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount)),
  };
}

/** Whether a model may be asked: only one that does better than the order by severity. */
export const isBetterThanSeverity = ({ ndcg, ndcgOfSeverity }: TriageModel): boolean => ndcg > ndcgOfSeverity;

const gain = (relevance: number, place: number): number => (2 ** relevance - 1) / Math.log2(place + 2);

/**
 * How good an order is: 1 for the best there is.
 * @param relevances in the order that is judged, 0 for what does not matter
 */
export function ndcgAt(relevances: readonly number[], places: number): number {
  const total = (ordered: readonly number[]): number =>
    ordered.slice(0, places).reduce((sum, relevance, place) => sum + gain(relevance, place), 0);
  const best = total([...relevances].sort((a, b) => b - a));
  return best === 0 ? 1 : total(relevances) / best;
}
