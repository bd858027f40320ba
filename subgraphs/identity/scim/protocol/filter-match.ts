import type { Comparison, Filter, FilterValue } from './filter.js';

const FITS: Readonly<Record<Comparison, (actual: string, wanted: string) => boolean>> = {
  eq: (actual, wanted) => actual === wanted,
  ne: (actual, wanted) => actual !== wanted,
  co: (actual, wanted) => actual.includes(wanted),
  sw: (actual, wanted) => actual.startsWith(wanted),
  ew: (actual, wanted) => actual.endsWith(wanted),
  gt: (actual, wanted) => actual > wanted,
  ge: (actual, wanted) => actual >= wanted,
  lt: (actual, wanted) => actual < wanted,
  le: (actual, wanted) => actual <= wanted,
};

const textOf = (value: FilterValue): string => String(value).toLowerCase();

/** What an element has under a name, whatever its case. */
const partOf = (element: Readonly<Record<string, unknown>>, path: string): unknown =>
  Object.entries(element).find(([name]) => name.toLowerCase() === path)?.[1];

const isScalar = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** Whether one of several values fits a filter such as `type eq "work"`. */
export function matches(filter: Filter, element: Readonly<Record<string, unknown>>): boolean {
  switch (filter.kind) {
    case 'and':
      return matches(filter.left, element) && matches(filter.right, element);
    case 'or':
      return matches(filter.left, element) || matches(filter.right, element);
    case 'not':
      return !matches(filter.of, element);
    case 'present':
      return isScalar(partOf(element, filter.path));
    case 'within':
      return false;
    case 'compare': {
      const actual = partOf(element, filter.path);
      if (!isScalar(actual)) return filter.op === 'ne' ? filter.value !== null : filter.op === 'eq' && filter.value === null;
      return FITS[filter.op](textOf(actual), textOf(filter.value));
    }
  }
}

/** What an element has to be to fit a filter of nothing but `eq` and `and`; null for any other. */
export function elementOf(filter: Filter): Readonly<Record<string, FilterValue>> | null {
  if (filter.kind === 'compare') return filter.op === 'eq' ? { [filter.path]: filter.value } : null;
  if (filter.kind !== 'and') return null;
  const [left, right] = [elementOf(filter.left), elementOf(filter.right)];
  return left && right && { ...left, ...right };
}
