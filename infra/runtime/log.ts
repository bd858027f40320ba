import { pino, type DestinationStream, type Logger } from 'pino';

import { traceFields } from '../../subgraphs/_kernel/wire/tracing.js';
import type { LogLevel } from './config.js';

export type { Logger } from 'pino';

/** Names of fields that hold a secret, without regard to case, '-' and '_'. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'setcookie',
  'xapikey',
  'stripesignature',
  'password',
  'newpassword',
  'currentpassword',
  'passwordhash',
  'secret',
  'clientsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'apikey',
]);

const REDACTED = '[redacted]';

/** Deeper values are left out of the log rather than left unread. */
const MAX_DEPTH = 10;

export interface LoggerOptions {
  /** The part of the platform that speaks: `gateway`, `booking`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where the lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** A logger that writes one JSON object a line, with the time as ISO 8601 and secrets replaced. */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => redactValue(serializedError(error), 0) },
    mixin: traceFields,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: withoutSecrets,
    },
  };
  const logger = destination ? pino(options, destination) : pino(options);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its logger below
  const { child } = logger;
  // Children inherit this, but no formatter of bindings.
  logger.child = function childWithoutSecrets(this: Logger, bindings: Record<string, unknown>, childOptions) {
    return child.call(this, withoutSecrets(bindings), childOptions);
  } as Logger['child'];
  return logger;
}

/** What an error carries besides its message may be a provider's whole answer, secrets and all. */
const serializedError = (error: unknown): unknown =>
  error instanceof Error ? { ...pino.stdSerializers.err(error) } : error;

/** By name at any depth: pino's own redaction takes paths of known depth, and costs ten times as much with many. */
function withoutSecrets(entry: Record<string, unknown>): Record<string, unknown> {
  return redactFields(entry, 0);
}

function redactFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    safe[name] = isSecret(name) ? REDACTED : redactValue(fields[name], depth + 1);
  }
  return safe;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item: unknown) => redactValue(item, depth + 1));
  // Errors, dates and the like have their own way to be written.
  return isPlain(value) ? redactFields(value, depth) : value;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Most names are met again and again. The cache is bounded, because names may come from a caller. */
const verdicts = new Map<string, boolean>();
const MAX_VERDICTS = 2_000;

function isSecret(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = SECRET_FIELDS.has(name.toLowerCase().replace(/[-_]/g, ''));
  if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict);
  return verdict;
}
