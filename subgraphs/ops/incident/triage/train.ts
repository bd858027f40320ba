import { featuresOf, TRIAGE_FEATURES, type TriageFeatures } from './features.js';
import { BY_SEVERITY, ndcgAt, scoreOf, type TriageModel, type TriageWeights } from './ranking.js';
import { recordTape, type TapedIncident } from './tapes.js';

const HOURS = 400;
const TENANTS = 40;
const PLACES = 5;
const ROUNDS = 20;
const STEP = 0.05;
const DECAY = 1e-4;

interface Example {
  readonly features: TriageFeatures;
  readonly relevance: number;
}

type Board = readonly Example[];

/** What goes on at the same time and competes for the same people. */
function boardsOf(tape: readonly TapedIncident[]): readonly Board[] {
  const boards = new Map<number, Example[]>();
  for (const { subject, relevance, hour } of tape) {
    const board = boards.get(hour) ?? [];
    board.push({ features: featuresOf(subject), relevance });
    boards.set(hour, board);
  }
  return [...boards.values()].filter((board) => board.length > 1);
}

/** Earlier hours of some tenants to learn from, later hours of the others to be judged by: nothing is in both. */
export function splitTape(tape: readonly TapedIncident[]): { readonly known: readonly TapedIncident[]; readonly unseen: readonly TapedIncident[] } {
  const lastHour = Math.max(...tape.map(({ hour }) => hour));
  const isEarly = ({ hour }: TapedIncident): boolean => hour < lastHour * 0.7;
  const isKnown = ({ tenant }: TapedIncident): boolean => tenant % 2 === 0;
  return {
    known: tape.filter((incident) => isEarly(incident) && isKnown(incident)),
    unseen: tape.filter((incident) => !isEarly(incident) && !isKnown(incident)),
  };
}

/** One pair of which the first should stand before the second: moves the weights by how surely they did not. */
function learnPair(weights: Record<string, number>, first: TriageFeatures, second: TriageFeatures): void {
  const lead = TRIAGE_FEATURES.reduce((sum, name) => sum + (weights[name] ?? 0) * (first[name] - second[name]), 0);
  const surprise = 1 / (1 + Math.exp(lead));
  for (const name of TRIAGE_FEATURES) {
    const weight = weights[name] ?? 0;
    weights[name] = weight + STEP * (surprise * (first[name] - second[name]) - DECAY * weight);
  }
}

function learnBoard(weights: Record<string, number>, board: Board): void {
  for (const first of board) {
    for (const second of board) {
      if (first.relevance > second.relevance) learnPair(weights, first.features, second.features);
    }
  }
}

function learn(boards: readonly Board[]): TriageWeights {
  const weights: Record<string, number> = { ...BY_SEVERITY };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const board of boards) learnBoard(weights, board);
  }
  const rounded = TRIAGE_FEATURES.map((name) => [name, Number((weights[name] ?? 0).toFixed(4))] as const);
  return Object.fromEntries(rounded) as TriageWeights;
}

/** Mean NDCG@5 of the boards in the order of the weights. */
export function judgeWeights(weights: TriageWeights, tape: readonly TapedIncident[]): number {
  const boards = boardsOf(tape);
  const judged = boards.map((board) => {
    const ordered = board
      .map(({ features, relevance }, at) => ({ score: scoreOf(weights, features).score, relevance, at }))
      .sort((a, b) => b.score - a.score || a.at - b.at);
    return ndcgAt(ordered.map(({ relevance }) => relevance), PLACES);
  });
  return judged.reduce((sum, each) => sum + each, 0) / judged.length;
}

/** Trains a model by pairs, logistic and linear. The same seed gives the same model to the last digit. */
export function trainTriage(seed: number): TriageModel {
  const tape = recordTape(seed, { hours: HOURS, tenants: TENANTS });
  const { known, unseen } = splitTape(tape);
  const weights = learn(boardsOf(known));
  return {
    weights,
    provenance: {
      data: `simulated tape of ${HOURS} hours at ${TENANTS} companies`,
      seed,
      incidents: known.length,
      split: 'trained on the first 70 % of the time at half of the companies, judged on the rest of the time at the others',
    },
    ndcg: Number(judgeWeights(weights, unseen).toFixed(4)),
    ndcgOfSeverity: Number(judgeWeights(BY_SEVERITY, unseen).toFixed(4)),
  };
}
