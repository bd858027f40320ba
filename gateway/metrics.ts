import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ExecutionResult } from 'graphql';
import type { RevocationObserver } from './revocation/revocations.js';
import type { AnswerCacheObserver } from './stages/response-cache/response-cache.js';
import type { PlanCacheObserver } from './stages/planning/planning.js';
import type { ExecutionObserver } from './stages/execution/execution.js';
import type { StageObserver } from './observation/observed-stages.js';
import { createTimings } from './observation/timings.js';
import type { StreamObserver } from './stages/subscriptions/subscriptions.js';

/** What Prometheus is told. A registry of its own, so that two gateways in one process do not mix. */
export interface GatewayMetrics extends PlanCacheObserver, AnswerCacheObserver, ExecutionObserver, StageObserver, StreamObserver, RevocationObserver {
  readonly registry: Registry;
  answered(type: string, result: ExecutionResult, seconds: number): void;
  refused(code: string): void;
  socketOpened(): void;
  socketClosed(): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function outcomeOf(result: ExecutionResult): 'ok' | 'partial' | 'failed' {
  if (!result.errors?.length) return 'ok';
  return result.data ? 'partial' : 'failed';
}

export function createMetrics(): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = createTimings({
    name: 'spine_gateway_operation_seconds',
    help: 'Operations answered, by type and outcome',
    labelNames: ['type', 'outcome'],
    buckets: SECONDS,
    registry,
  });
  const fetches = createTimings({
    name: 'spine_gateway_subgraph_fetch_seconds',
    help: 'Calls of subgraphs, by subgraph and outcome',
    labelNames: ['subgraph', 'outcome'],
    buckets: SECONDS,
    registry,
  });
  const stages = createTimings({
    name: 'spine_gateway_stage_seconds',
    help: 'Stages of the pipeline passed through, by stage',
    labelNames: ['stage'],
    buckets: [0.0001, ...SECONDS],
    registry,
  });
  const refusals = new Counter({
    name: 'spine_gateway_refused_total',
    help: 'Requests turned away before they ran, by code',
    labelNames: ['code'],
    registers,
  });
  const plans = new Counter({
    name: 'spine_gateway_plans_total',
    help: 'Plans asked for, by whether they were cached',
    labelNames: ['cache'],
    registers,
  });
  const answers = new Counter({
    name: 'spine_gateway_kept_answers_total',
    help: 'Queries whose answer may be kept, by whether it was',
    labelNames: ['outcome'],
    registers,
  });
  const fallbacks = new Counter({
    name: 'spine_gateway_fallbacks_total',
    help: 'Operations left to the stock executor',
    registers,
  });
  const sockets = new Gauge({
    name: 'spine_gateway_websocket_connections',
    help: 'WebSocket connections that are open',
    registers,
  });
  const streams = new Gauge({
    name: 'spine_gateway_subscriptions',
    help: 'Subscriptions that are open',
    registers,
  });

  return {
    registry,
    answered: (type, result, seconds) => requests.observe(seconds, type, outcomeOf(result)),
    refused: (code) => refusals.inc({ code }),
    planned: (cache) => plans.inc({ cache }),
    cached: (outcome) => answers.inc({ outcome }),
    fetched: (subgraph, seconds, outcome) => fetches.observe(seconds, subgraph, outcome),
    staged: (stage, seconds) => stages.observe(seconds, stage),
    fellBack: () => fallbacks.inc(),
    socketOpened: () => sockets.inc(),
    socketClosed: () => sockets.dec(),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    revocationsKnown(ageSeconds) {
      new Gauge({
        name: 'spine_gateway_revocations_age_seconds',
        help: 'Time since everything was known that has been taken back',
        registers,
        collect() {
          this.set(ageSeconds());
        },
      });
    },
  };
}
