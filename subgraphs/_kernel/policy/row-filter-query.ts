import type { Scalar } from './policy.js';
import type { RowFilter, RowTest } from './row-filter.js';

/** A condition as Prisma takes it for one column. */
export type ColumnCondition = Readonly<Record<string, unknown>>;

/** Where an attribute of the catalogue stands in the database. */
export interface Column<Where> {
  readonly where: (condition: ColumnCondition) => Where;
  /** A value of the filter as the column holds it; as it is when left out. */
  readonly value?: (value: Scalar) => unknown;
  /** Whether it may be null. */
  readonly optional?: true;
}

/** What a column of whole numbers, or of instants, holds for a value of a filter. */
export const asBigInt = (value: Scalar): bigint => BigInt(value);
export const asDate = (value: Scalar): Date => new Date(value);

const OPERATORS = {
  equals: 'equals',
  in: 'in',
  lessThan: 'lt',
  atMost: 'lte',
  greaterThan: 'gt',
  atLeast: 'gte',
  contains: 'has',
} as const satisfies Record<RowTest['comparison'], string>;

/**
 * A filter as Prisma's `where`.
 * @param columns one for every attribute of the type
 */
export function whereOf<Where extends object>(
  filter: RowFilter,
  columns: Readonly<Record<string, Column<Where>>>,
): Where {
  const columnOf = (attribute: string): Column<Where> => {
    const column = Object.hasOwn(columns, attribute) ? columns[attribute] : undefined;
    if (!column) throw new Error(`no column holds ${attribute}`);
    return column;
  };
  if (filter.kind !== 'test') {
    // Prisma takes an OR of nothing beside conditions that are empty for everything.
    if (filter.kind === 'any' && filter.of.length === 0) return columnOf('id').where({ in: [] });
    const of = filter.of.map((part) => whereOf(part, columns));
    return (filter.kind === 'all' ? { AND: of } : { OR: of }) as Where;
  }
  const column = columnOf(filter.attribute);
  const { value = (given: Scalar) => given, optional } = column;
  const compared = typeof filter.value === 'object' ? filter.value.map(value) : value(filter.value);
  const holds = column.where({ [OPERATORS[filter.comparison]]: compared });
  if (!filter.negated) return holds;
  // In SQL the opposite of a comparison with null is null, too: neither side would show the row.
  return (optional ? { OR: [column.where({ equals: null }), { NOT: holds }] } : { NOT: holds }) as Where;
}
