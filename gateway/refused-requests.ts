import { ANONYMOUS, actorIdOf } from '../subgraphs/_kernel/wire/principal.js';
import type { Envelope } from '../subgraphs/_kernel/wire/envelope.js';
import type { ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';
import { REFUSED_REQUESTS_PATH, type RefusalReason, type RefusedRequestsReport } from '../subgraphs/_kernel/wire/refused-requests.js';
import { PLATFORM_TENANT } from '../subgraphs/_kernel/wire/tenant.js';
import type { OpsReports } from './ops-reports.js';
import type { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import type { IncomingRequest, Stage } from './request.js';
import type { IdentifiedRequest } from './stages/authentication/authentication.js';

/** What is counted before it is told, in milliseconds: whoever is refused a million times leaves one entry in it. */
const WINDOW_MS = 60_000;

/** Askers that are counted apart in one window; those beyond are one for each company. */
const MOST_ASKERS = 2_000;

type Reasons = Readonly<Partial<Record<ErrorCode, RefusalReason>>>;

const BY_RATE: Reasons = { RATE_LIMITED: 'RATE' };
const BY_FORM: Reasons = { OPERATION_TOO_COMPLEX: 'SIZE_OR_DEPTH', PERSISTED_QUERY_ONLY: 'SAFELIST', OPERATION_RETIRED: 'SAFELIST' };
const BY_COST: Reasons = { ...BY_RATE, OPERATION_TOO_COMPLEX: 'COST' };
/** Before there is an operation that could cost something, what is too much is too long or too many. */
const AT_THE_DOOR: Reasons = { ...BY_RATE, ...BY_FORM };

interface Tally {
  readonly envelope: Envelope;
  readonly reason: RefusalReason;
  readonly code: ErrorCode;
  readonly since: number;
  count: number;
  until: number;
}

type Asker = IncomingRequest & Partial<Pick<IdentifiedRequest, 'tenant' | 'principal'>>;

/** Takes note of what is refused beside the pipeline: of connections, and of bodies before they are read. */
export interface RefusalNotes {
  /** Counts a refusal, unless it was counted where it came about. */
  note(asker: Asker, refusal: Refusal): void;
  /** The same outcome as of `work`; its refusal is counted. */
  noting<Result>(asker: Asker, work: () => Result): Result;
}

export interface CountedRefusals extends RefusalNotes {
  /** The same way; what it refuses by rate, cost, form or list is counted. */
  readonly pipeline: Pipeline;
  /** Tells what was counted until now. */
  stop(): void;
}

/**
 * Counts by company, asker and reason what a gateway refuses, and tells ops of it once in a window. A request that is
 * not refused passes by untouched.
 * @param now epoch milliseconds
 */
export function countRefusals(
  pipeline: Pipeline,
  parts: { readonly reports: OpsReports; readonly now: () => number; readonly windowMs?: number },
): CountedRefusals {
  const { reports, now, windowMs = WINDOW_MS } = parts;
  const tallies = new Map<string, Tally>();
  const counted = new WeakSet<Refusal>();
  let timer: NodeJS.Timeout | undefined;

  const tellAll = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const { envelope, reason, code, count, since, until } of tallies.values()) {
      const report: RefusedRequestsReport = {
        reason,
        code,
        count,
        since: new Date(since).toISOString(),
        until: new Date(until).toISOString(),
      };
      reports.tell({ path: REFUSED_REQUESTS_PATH, report, envelope });
    }
    tallies.clear();
  };

  /** What the company's other askers are counted under once there are too many of them. */
  const crowdOf = (asker: Asker): Asker => ({ ...asker, principal: ANONYMOUS, ip: null, userAgent: null });

  const count = (asker: Asker, reason: RefusalReason, code: ErrorCode): void => {
    const { tenant = PLATFORM_TENANT, principal = ANONYMOUS, requestId, ip, userAgent } = asker;
    const key = [tenant.id, principal.kind, actorIdOf(principal), reason, code].join(' ');
    const known = tallies.get(key);
    const at = now();
    if (known) {
      known.count += 1;
      known.until = at;
      return;
    }
    if (tallies.size >= MOST_ASKERS && principal !== ANONYMOUS) {
      count(crowdOf(asker), reason, code);
      return;
    }
    const envelope = { tenant, principal, origin: { requestId, ip, userAgent } };
    tallies.set(key, { envelope, reason, code, since: at, count: 1, until: at });
    timer ??= setTimeout(tellAll, windowMs).unref();
  };

  const countOnce = (asker: Asker, error: unknown, reasons: Reasons): void => {
    const reason = error instanceof Refusal ? reasons[error.code] : undefined;
    if (!(error instanceof Refusal) || !reason || counted.has(error)) return;
    counted.add(error);
    count(asker, reason, error.code);
  };

  const counting =
    <In, Out>(stage: Stage<In, Out>, reasons: Reasons, askerOf: (input: In) => Asker): Stage<In, Out> =>
    (input) =>
      stage(input).catch((error: unknown) => {
        countOnce(askerOf(input), error, reasons);
        throw error;
      });

  return {
    pipeline: {
      identify: pipeline.identify,
      enter: counting(pipeline.enter, BY_RATE, (incoming) => incoming),
      admit: counting(pipeline.admit, BY_RATE, (caller) => caller),
      bound: counting(pipeline.bound, BY_FORM, ({ caller }) => caller),
      answer: counting(pipeline.answer, BY_COST, ({ caller }) => caller),
      follow: counting(pipeline.follow, BY_COST, ({ caller }) => caller),
    },
    note: (asker, refusal) => countOnce(asker, refusal, AT_THE_DOOR),
    noting(asker, work) {
      try {
        return work();
      } catch (error) {
        countOnce(asker, error, AT_THE_DOOR);
        throw error;
      }
    },
    stop: tellAll,
  };
}
