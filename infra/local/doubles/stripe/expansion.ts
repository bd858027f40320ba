import type { StripeAccount } from './account.js';
import { invalidRequest } from './api-error.js';

const DEEPEST = 4;

/** Fields that hold the id of another object. */
const EXPANDABLE: ReadonlySet<string> = new Set([
  'balance_transaction',
  'charge',
  'customer',
  'failure_balance_transaction',
  'latest_charge',
  'payment_intent',
  'payment_method',
  'source',
]);

/**
 * Replaces ids in an answer by the objects they name, as `expand[]` asks: `latest_charge.balance_transaction`, or
 * `data.source` in a list.
 * @throws {ApiError} when a path leads to something that is no reference
 */
export function expanded(account: StripeAccount, answer: object, paths: readonly string[]): object {
  return paths.reduce((object, path) => expandPath(account, object, path), answer);
}

function expandPath(account: StripeAccount, answer: object, path: string): object {
  const segments = path.split('.');
  if (segments.length > DEEPEST)
    throw invalidRequest(`You cannot expand more than ${DEEPEST} levels`, { param: 'expand' });
  return step(answer, segments);

  function step(object: object, [field, ...rest]: readonly string[]): object {
    if (field === undefined) return object;
    const value: unknown = Object.hasOwn(object, field)
      ? Object.entries(object).find(([key]) => key === field)?.[1]
      : undefined;
    if (field === 'data' && Array.isArray(value)) {
      const items: readonly unknown[] = value;
      return { ...object, data: items.map((item) => (isObject(item) ? step(item, rest) : item)) };
    }
    if (isObject(value)) return { ...object, [field]: step(value, rest) };
    if (value === null && EXPANDABLE.has(field)) return object;
    const target = typeof value === 'string' && EXPANDABLE.has(field) ? account.find(value) : undefined;
    if (target === undefined)
      throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
    return { ...object, [field]: step(target, rest) };
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
