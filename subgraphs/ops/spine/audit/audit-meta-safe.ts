import { isCardNumber } from '../secrets/card-number.js';
import { REDACTED, redactText } from '../secrets/redact-text.js';
import { isSecretName } from '../secrets/secret-name.js';
import type { JsonValue } from '../json.js';

export type AuditMeta = Readonly<Record<string, JsonValue>>;

const MAX_DEPTH = 8;
const MAX_MEMBERS = 100;
const MAX_VALUES = 2_000;
const MAX_TEXT = 2_000;
const TRUNCATED = '[truncated]';

interface Walk {
  readonly ancestors: ReadonlySet<object>;
  /** Counts down over the whole walk, so that shared branches cannot multiply. */
  readonly budget: { values: number };
}

/** Properties that name the field whose value stands beside them: `{ field: 'password', before, after }`. */
const NAMING = ['name', 'key', 'field', 'header', 'path', 'attribute'] as const;
const NAMED = new Set([
  'value',
  'before',
  'after',
  'old',
  'new',
  'from',
  'to',
  'oldValue',
  'newValue',
  'previous',
  'current',
]);

/** Lone surrogates and NUL are JSON to JavaScript but not to every database. */
const UNSTORABLE = /[\uD800-\uDFFF\0]/gu;

function safeText(text: string): string {
  const redacted = redactText(text.slice(0, MAX_TEXT * 4));
  const kept =
    redacted.length > MAX_TEXT ? redacted.slice(0, MAX_TEXT - TRUNCATED.length) + TRUNCATED : redacted;
  return kept.replace(UNSTORABLE, '\uFFFD');
}

function safeNumber(value: number): JsonValue {
  if (!Number.isFinite(value)) return null;
  return isCardNumber(String(value)) ? REDACTED : value === 0 ? 0 : value;
}

function safeItems(items: readonly unknown[], walk: Walk): readonly JsonValue[] {
  const [name, value] = items;
  if (items.length === 2 && typeof name === 'string' && typeof value === 'string' && isSecretName(name)) {
    return [safeText(name), REDACTED];
  }
  const kept = items.length > MAX_MEMBERS ? items.slice(0, MAX_MEMBERS - 1) : items;
  const safe = Array.from(kept, (item) => safeValue(item, walk) ?? null);
  return kept === items ? safe : [...safe, TRUNCATED];
}

function safeMembers(members: readonly (readonly [string, unknown])[], walk: Walk): AuditMeta {
  const namesSecret = members.some(
    ([key, value]) =>
      NAMING.some((naming) => naming === key) && typeof value === 'string' && isSecretName(value),
  );
  const safe = members.slice(0, MAX_MEMBERS).flatMap(([key, value]): [string, JsonValue][] => {
    const secret = isSecretName(key) || (namesSecret && NAMED.has(key));
    // A yes, a no or a null under a secret's name tells that there was one, not which.
    if (key === '__proto__' || (secret && typeof value !== 'boolean' && value !== null)) return [];
    const kept = safeValue(value, walk);
    return kept === undefined ? [] : [[safeText(key), kept]];
  });
  return Object.fromEntries(safe);
}

function readMembers(value: object): readonly (readonly [string, unknown])[] {
  return Object.keys(value).map((key) => {
    try {
      return [key, (value as Readonly<Record<string, unknown>>)[key]];
    } catch {
      return [key, '[unreadable]'];
    }
  });
}

function safeContents(value: object, walk: Walk): JsonValue | undefined {
  if (Array.isArray(value)) return safeItems(value, walk);
  if (value instanceof Set) return safeItems([...value], walk);
  if (value instanceof Map)
    return safeMembers(
      [...value].map(([key, item]) => [String(key), item]),
      walk,
    );
  if (value instanceof Error)
    return safeMembers(
      [
        ['name', value.name],
        ['message', value.message],
      ],
      walk,
    );
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  const toJson: unknown = Reflect.get(value, 'toJSON');
  return typeof toJson === 'function'
    ? safeValue(toJson.call(value), walk)
    : safeMembers(readMembers(value), walk);
}

function safeObject(value: object, walk: Walk): JsonValue | undefined {
  if (walk.ancestors.has(value)) return '[circular]';
  if (walk.ancestors.size >= MAX_DEPTH) return '[too deep]';
  try {
    return safeContents(value, { ...walk, ancestors: new Set([...walk.ancestors, value]) });
  } catch {
    // A getter, a proxy or a toJSON of the caller's threw. Filtering may drop a value, but must not fail the audited work.
    return '[unreadable]';
  }
}

function safeValue(value: unknown, walk: Walk): JsonValue | undefined {
  if (walk.budget.values <= 0) return undefined;
  walk.budget.values -= 1;
  switch (typeof value) {
    case 'string':
      return safeText(value);
    case 'number':
      return safeNumber(value);
    case 'bigint':
      return safeText(String(value));
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : safeObject(value, walk);
    default:
      return undefined;
  }
}

/**
 * What may be kept of an audit entry's meta: plain JSON without secrets, a copy that shares nothing with the input.
 *
 * A property whose name is a secret's is left out, at any depth; a text that contains the shape of one keeps the
 * rest and shows `[redacted]` for it. Bounded: 8 levels, 100 members a level, 2,000 values, 2,000 characters a
 * text. Never throws, whatever the input; filtering twice changes nothing more. An IP address stays readable.
 */
export function auditMetaSafe(meta: Readonly<Record<string, unknown>> | undefined): AuditMeta {
  const safe = safeValue(meta, { ancestors: new Set(), budget: { values: MAX_VALUES } });
  if (safe === undefined || safe === null) return {};
  return typeof safe === 'object' && !Array.isArray(safe) ? (safe as AuditMeta) : { value: safe };
}
