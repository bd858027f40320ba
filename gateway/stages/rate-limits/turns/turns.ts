import { Refusal } from '../../../refusal.js';
import type { Stage } from '../../../request.js';
import type { IdentifiedRequest } from '../../authentication/authentication.js';
import type { PricedOperation } from '../../limits/cost/cost.js';
import { TenantShare } from './tenant-share.js';
import type { Saturation } from './saturation.js';
import type { TurnLimits } from './turn-limits.js';

const RETRY_AFTER_SECONDS = 1;

const crowded = (): Refusal =>
  new Refusal('RATE_LIMITED', 'Too many operations of this company are waiting; try again in a moment', {
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    extensions: { retryAfter: RETRY_AFTER_SECONDS },
  });

interface Waiting {
  readonly cost: number;
  readonly begin: () => void;
}

/** What one company has under way and waiting. Forgotten when both are empty. */
interface Line {
  running: number;
  readonly waiting: Set<Waiting>;
  /** Work begun, in cost, on a clock all companies share: the least goes next. */
  served: number;
}

export interface Turns {
  /** Refuses early, before an operation is even read, when it would find no place to wait. */
  readonly crowd: Stage<IdentifiedRequest, IdentifiedRequest>;
  /**
   * Runs an operation when it is its company's turn.
   * @throws {Refusal} RATE_LIMITED when too many wait already, or it has waited too long
   */
  readonly inTurn: <In extends PricedOperation, Out>(operation: In, run: Stage<In, Out>) => Promise<Out>;
  /** Operations of a company under way and waiting. */
  of(tenantId: string): { readonly running: number; readonly waiting: number };
  stop(): void;
}

/**
 * Fair turns between companies. Nothing waits while there is room; where there is none, the company that has been
 * served least, by cost, goes first. While the process is saturated and more than one company uses it, each may
 * have fewer operations under way, so that another's finds the event loop free.
 */
export function createTurns(limits: TurnLimits, saturation: Saturation): Turns {
  const lines = new Map<string, Line>();
  const share = new TenantShare(limits.runningOfTenant);
  let running = 0;
  let waiting = 0;
  let servedNow = 0;
  /** Whether the process is saturated while more than one company uses it. */
  let pressed = false;

  const lineOf = (tenantId: string): Line => {
    const known = lines.get(tenantId);
    if (known) return known;
    // Who comes anew starts where the others are, not with a credit of all the time they were away.
    const line: Line = { running: 0, waiting: new Set(), served: servedNow };
    lines.set(tenantId, line);
    return line;
  };

  /** Under pressure nobody begins beside the running operation of one that has been served less. */
  const disturbsNobody = (line: Line): boolean => {
    if (!pressed) return true;
    for (const other of lines.values()) {
      if (other !== line && other.running > 0 && other.served < line.served) return false;
    }
    return true;
  };

  const hasRoom = (line: Line): boolean =>
    running < limits.running && line.running < share.present && disturbsNobody(line);

  const nextLine = (): Line | null => {
    let next: Line | null = null;
    for (const line of lines.values()) {
      if (line.waiting.size > 0 && (!next || line.served < next.served) && hasRoom(line)) next = line;
    }
    return next;
  };

  const begin = (line: Line, cost: number): void => {
    running += 1;
    line.running += 1;
    servedNow = Math.max(servedNow, line.served);
    line.served += Math.max(1, cost);
  };

  const beginWaiting = (): void => {
    for (let line = nextLine(); line; line = nextLine()) {
      const [first] = line.waiting;
      if (!first) return;
      line.waiting.delete(first);
      waiting -= 1;
      begin(line, first.cost);
      first.begin();
    }
  };

  const forgetIfIdle = (tenantId: string, line: Line): void => {
    if (line.running === 0 && line.waiting.size === 0) lines.delete(tenantId);
  };

  const finish = (tenantId: string, line: Line): void => {
    running -= 1;
    line.running -= 1;
    forgetIfIdle(tenantId, line);
    beginWaiting();
  };

  const waitIn = (line: Line, { cost, signal, caller }: PricedOperation): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (reason: unknown): void => {
        if (line.waiting.delete(place)) waiting -= 1;
        forgetIfIdle(caller.tenant.id, line);
        settle();
        reject(reason instanceof Error ? reason : new Error('the operation was given up'));
      };
      const gone = (): void => leave(signal.reason);
      const timer = setTimeout(() => leave(crowded()), limits.waitMs).unref();
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
      };
      const place: Waiting = {
        cost,
        begin: () => {
          settle();
          resolve();
        },
      };
      signal.addEventListener('abort', gone, { once: true });
      line.waiting.add(place);
      waiting += 1;
    });

  const refuseWhenFull = (line: Line | undefined): void => {
    const isFull = line !== undefined && line.waiting.size >= limits.waitingOfTenant;
    if (isFull || waiting >= limits.waiting) throw crowded();
  };

  const waitFor = (line: Line, operation: PricedOperation): Promise<void> => {
    try {
      refuseWhenFull(line);
      operation.signal.throwIfAborted();
    } catch (error) {
      forgetIfIdle(operation.caller.tenant.id, line);
      throw error;
    }
    return waitIn(line, operation);
  };

  const stopWatching = saturation.watch((saturated) => {
    const contended = lines.size > 1 || share.wasContended(performance.now());
    pressed = contended && (saturated || share.isCut);
    share.adapt({ saturated, contended });
    beginWaiting();
  });

  return {
    async crowd(request) {
      refuseWhenFull(lines.get(request.tenant.id));
      return request;
    },
    async inTurn(operation, run) {
      const tenantId = operation.caller.tenant.id;
      share.seen(tenantId, performance.now());
      const line = lineOf(tenantId);
      if (hasRoom(line) && line.waiting.size === 0) begin(line, operation.cost);
      else await waitFor(line, operation);
      try {
        return await run(operation);
      } finally {
        finish(tenantId, line);
      }
    },
    of(tenantId) {
      const line = lines.get(tenantId);
      return { running: line?.running ?? 0, waiting: line?.waiting.size ?? 0 };
    },
    stop: stopWatching,
  };
}
