import { ValidationError } from '../errors/domain-error.js';
import { isUuid } from '../request/ids.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../wire/page-size.js';


export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A sort key's value as it stands in a cursor; dates as ISO strings. */
export type KeyValue = string | number;

/** A checked request for one page. Stores fetch `limit + 1` rows to learn whether there are more. */
export interface Page {
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
  /** Key of the row to start behind; null for the very first page. */
  readonly from: readonly KeyValue[] | null;
}

export interface SortKey {
  readonly field: string;
  readonly order: 'asc' | 'desc';
  /** What the value in a cursor must be, since anybody can write one; text unless said. Dates are ISO 8601. */
  readonly type?: 'date' | 'number' | 'uuid';
}

export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const encodeCursor = (key: readonly KeyValue[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

function isKeyValue(value: unknown, type: SortKey['type']): value is KeyValue {
  if (type === 'number') return typeof value === 'number';
  if (typeof value !== 'string') return false;
  switch (type) {
    case 'date':
      return ISO_INSTANT.test(value) && !Number.isNaN(Date.parse(value));
    case 'uuid':
      return isUuid(value);
    default:
      // The one character that no text of the database holds.
      return !value.includes('\0');
  }
}

function decodeCursor(cursor: string, argument: 'after' | 'before', sort: readonly SortKey[]): KeyValue[] {
  const refuse = (): never => {
    throw ValidationError.of(argument, 'is not a cursor of this connection');
  };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return refuse();
  }
  if (!Array.isArray(value) || value.length !== sort.length) return refuse();
  const parts: readonly unknown[] = value;
  return parts.map((part, at) => (isKeyValue(part, sort[at]?.type) ? part : refuse()));
}

const OPPOSITES = [
  ['first', 'last'],
  ['first', 'before'],
  ['after', 'last'],
  ['after', 'before'],
] as const;

/**
 * Reads the four Relay arguments.
 * @throws {ValidationError} for both directions at once, a size below 0, or a cursor that is not one of ours
 */
export function pageOf(args: PageArgs, sort: readonly SortKey[]): Page {
  const { first, after, last, before } = args;
  for (const [one, other] of OPPOSITES) {
    if (args[one] != null && args[other] != null) {
      throw ValidationError.of(other, `cannot be combined with ${one}`);
    }
  }
  const backward = last != null || before != null;
  const asked = (backward ? last : first) ?? DEFAULT_PAGE_SIZE;
  if (asked < 0) throw ValidationError.of(backward ? 'last' : 'first', 'must not be negative');
  const cursor = backward ? before : after;
  return {
    limit: Math.min(asked, MAX_PAGE_SIZE),
    direction: backward ? 'backward' : 'forward',
    from: cursor == null ? null : decodeCursor(cursor, backward ? 'before' : 'after', sort),
  };
}

/**
 * The page as Prisma arguments: a keyset condition, so that a page deep in a list costs the same as the
 * first and rows that come or go never shift it. The sort must end in a unique key.
 */
export function keysetQuery(page: Page, sort: readonly SortKey[]) {
  const flip = page.direction === 'backward';
  const orderOf = (key: SortKey) => (flip ? (key.order === 'asc' ? 'desc' : 'asc') : key.order);
  const valueOf = (at: number) => {
    const value = page.from?.[at];
    return sort[at]?.type === 'date' ? new Date(String(value)) : value;
  };
  const where = page.from
    ? {
        OR: sort.map((key, at) => {
          const condition: Record<string, unknown> = {
            [key.field]: { [orderOf(key) === 'asc' ? 'gt' : 'lt']: valueOf(at) },
          };
          for (const [index, equal] of sort.slice(0, at).entries()) condition[equal.field] = valueOf(index);
          // The fields are known to the store that names them, not here; `never` fits every model's input.
          return condition as Record<string, never>;
        }),
      }
    : {};
  return {
    where,
    orderBy: sort.map((key) => ({ [key.field]: orderOf(key) })),
    take: page.limit + 1,
  };
}

/**
 * Makes the connection from the rows a store found for the page.
 * @param rows up to `page.limit + 1`, in the order `keysetQuery` asked for
 * @param keyOf the row's sort key, in the order of the sort
 */
export function connectionOf<Node>(
  page: Page,
  rows: readonly Node[],
  keyOf: (node: Node) => readonly (KeyValue | Date)[],
): Connection<Node> {
  const more = rows.length > page.limit;
  const shown = rows.slice(0, page.limit);
  if (page.direction === 'backward') shown.reverse();
  const edges = shown.map((node) => ({
    cursor: encodeCursor(keyOf(node).map((value) => (value instanceof Date ? value.toISOString() : value))),
    node,
  }));
  const forward = page.direction === 'forward';
  return {
    edges,
    pageInfo: {
      hasNextPage: forward ? more : page.from !== null,
      hasPreviousPage: forward ? page.from !== null : more,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/**
 * The page of what is at hand in its whole order. Keys tell the place, so what comes or goes shifts nothing.
 * @param compare the order of the items, by their keys; no two have the same
 */
export function connectionOfAll<Node>(
  page: Page,
  items: readonly Node[],
  keyOf: (node: Node) => readonly KeyValue[],
  compare: (one: readonly KeyValue[], other: readonly KeyValue[]) => number,
): Connection<Node> {
  const { from } = page;
  const sign = page.direction === 'forward' ? 1 : -1;
  const rest = from === null ? items : items.filter((item) => sign * compare(keyOf(item), from) > 0);
  return connectionOf(page, (sign > 0 ? rest : rest.toReversed()).slice(0, page.limit + 1), keyOf);
}

/** The order of keys whose values rise one after the other. */
export function risingKeys(one: readonly KeyValue[], other: readonly KeyValue[]): number {
  for (const [at, value] of one.entries()) {
    const beside = other[at];
    if (beside === undefined || value === beside) continue;
    return value < beside ? -1 : 1;
  }
  return 0;
}
