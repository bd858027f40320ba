import { requireEnvironment, type OpsEnvironment } from '../environment.js';
import { requireText, SpineInputError } from '../input-error.js';
import { isPlainObject } from '../json.js';
import { redactText } from '../secrets/redact-text.js';

export interface HealthProbeResult {
  readonly name: string;
  readonly ok: boolean;
  /** A word for operators. Secrets in it are redacted. */
  readonly detail?: string | undefined;
}

/** Asks one component. `signal` is aborted when the time is up: stop then, nobody waits for the answer. */
export type HealthProbe = (signal: AbortSignal) => HealthProbeResult | Promise<HealthProbeResult>;

/** A probe with a name that is known even when it fails before answering. */
export interface NamedHealthCheck {
  readonly name: string;
  readonly probe: (
    signal: AbortSignal,
  ) => Omit<HealthProbeResult, 'name'> | Promise<Omit<HealthProbeResult, 'name'>>;
  /** Milliseconds; the run's own `timeoutMs` when absent. */
  readonly timeoutMs?: number | undefined;
}

export type HealthCheck = HealthProbe | NamedHealthCheck;

export interface HealthCheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  readonly durationMs: number;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly env: OpsEnvironment;
  readonly checks: readonly HealthCheckResult[];
  readonly tsISO: string;
}

export interface HealthRunOptions {
  /** Milliseconds a check may take; 5,000 when absent. */
  readonly timeoutMs?: number | undefined;
  readonly now?: (() => Date) | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MAX_DETAIL = 300;

function requireTimeout(value: number, field: string): number {
  if (Number.isFinite(value) && value > 0 && value <= LONGEST_TIMER_MS) return value;
  throw new SpineInputError(field, 'must be a number of milliseconds above 0');
}

function safeDetail(detail: string): string {
  return redactText(detail.slice(0, MAX_DETAIL * 4)).slice(0, MAX_DETAIL);
}

function describeFailure(failure: unknown): string {
  if (failure instanceof Error && typeof failure.message === 'string' && failure.message !== '')
    return safeDetail(failure.message);
  return typeof failure === 'string' && failure !== '' ? safeDetail(failure) : 'failed without a message';
}

/** Settles with the work, or rejects when the time is up, whichever comes first. A later end of the work is ignored. */
async function withinTime<T>(work: (signal: AbortSignal) => T | Promise<T>, timeoutMs: number): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
      abort.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve().then(() => work(abort.signal)), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

async function runHealthCheck(check: NamedHealthCheck, defaultTimeoutMs: number): Promise<HealthCheckResult> {
  const started = performance.now();
  const result = (name: string, ok: boolean, detail?: string): HealthCheckResult => ({
    name,
    ok,
    ...(detail === undefined ? {} : { detail }),
    durationMs: Math.round(performance.now() - started),
  });
  try {
    const answer: unknown = await withinTime(check.probe, check.timeoutMs ?? defaultTimeoutMs);
    if (!isPlainObject(answer) || typeof answer['ok'] !== 'boolean')
      return result(check.name, false, 'gave no answer that can be read');
    const { name, ok, detail } = answer;
    return result(
      typeof name === 'string' && name !== '' ? name : check.name,
      ok,
      typeof detail === 'string' ? safeDetail(detail) : undefined,
    );
  } catch (failure) {
    return result(check.name, false, describeFailure(failure));
  }
}

/** A probe that fails before it can say its name is called by its function's, or else by its place. */
function nameCheck(check: HealthCheck, index: number): NamedHealthCheck {
  if (typeof check === 'function')
    return { name: check.name === '' ? `check_${index + 1}` : check.name, probe: check };
  requireText(check.name, `checks.${index}.name`);
  if (check.timeoutMs !== undefined) requireTimeout(check.timeoutMs, `checks.${index}.timeoutMs`);
  return check;
}

/**
 * Asks every component at the same time and reports in the order given. A check that says no, throws or does not
 * answer in time makes the whole not ok; none makes this reject. Without checks the report is ok.
 * @throws {SpineInputError} by rejection, and only for a wrong `env`, `timeoutMs` or check name
 */
export async function runHealthChecks(
  env: OpsEnvironment,
  checks: readonly HealthCheck[],
  options: HealthRunOptions = {},
): Promise<HealthReport> {
  const known = requireEnvironment(env);
  const timeoutMs = requireTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 'timeoutMs');
  const results = await Promise.all(checks.map(nameCheck).map((check) => runHealthCheck(check, timeoutMs)));
  const tsISO = (options.now?.() ?? new Date()).toISOString();
  return { ok: results.every((result) => result.ok), env: known, checks: results, tsISO };
}
