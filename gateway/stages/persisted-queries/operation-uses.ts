import { Counter, Histogram, type Registry } from 'prom-client';
import { OPERATION_USES_PATH, type OperationUse, type RegisteredOperation } from '../../../subgraphs/_kernel/wire/registered-operations.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../../logger.js';
import { createUseReporter } from '../../use-reporter.js';

/** How an operation came: by a registered id, or else with its text or by an unregistered one. */
export type UseOutcome = 'served' | 'deprecated' | 'retired';

/** Who still uses what: as metrics, and told to identity, which shows it in the graph. */
export interface OperationUses {
  used(operation: RegisteredOperation | null, outcome: UseOutcome): void;
  /** @param seconds from authorization to the answer */
  answered(operation: RegisteredOperation | null, outcome: 'ok' | 'failed', seconds: number): void;
  /** Sends what has not been reported yet, and reports no more. */
  stop(): Promise<void>;
}

/** Operations with metrics of their own; those met later share one name. */
const OPERATIONS_NAMED = 2_000;
const SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10];
const LABELS = ['owner', 'client', 'operation', 'id'] as const;

/** @param now epoch milliseconds */
export function createOperationUses(parts: {
  readonly identity: SubgraphEndpoint;
  readonly registry: Registry;
  readonly logger: GatewayLogger;
  readonly now: () => number;
}): OperationUses {
  const { identity, registry, logger, now } = parts;
  const registers = [registry];
  const counter = new Counter({
    name: 'spine_gateway_registered_operation_uses_total',
    help: 'Operations asked for, by the client that has registered them',
    labelNames: [...LABELS, 'outcome'],
    registers,
  });
  const histogram = new Histogram({
    name: 'spine_gateway_registered_operation_seconds',
    help: 'Time until a registered operation was answered',
    labelNames: [...LABELS, 'outcome'],
    buckets: SECONDS,
    registers,
  });

  const named = new Set<string>();
  const labelsOf = (operation: RegisteredOperation | null): Record<(typeof LABELS)[number], string> => {
    const same = (label: string) => ({ owner: label, client: label, operation: label, id: label });
    if (!operation) return same('unregistered');
    const { ownerId, registrationId, client, name, documentId } = operation;
    const key = `${ownerId} ${registrationId}`;
    if (!named.has(key) && named.size >= OPERATIONS_NAMED) return same('other');
    named.add(key);
    return { owner: ownerId, client, operation: name, id: documentId };
  };

  const reporter = createUseReporter({
    endpoint: identity,
    path: OPERATION_USES_PATH,
    logger,
    useOf: (key, count, lastUsedAt): OperationUse => {
      const [ownerId = '', registrationId = ''] = key.split(' ');
      return { ownerId, registrationId, uses: count, lastUsedAt };
    },
  });

  return {
    used(operation, outcome) {
      counter.inc({ ...labelsOf(operation), outcome });
      if (operation) reporter.add(`${operation.ownerId} ${operation.registrationId}`, now());
    },
    answered: (operation, outcome, seconds) => histogram.observe({ ...labelsOf(operation), outcome }, seconds),
    stop: () => reporter.stop(),
  };
}
