import { sql, type Sql } from '../../../_kernel/tenancy/sql.js';
import type { Comparison, Filter, FilterValue } from './filter.js';
import { badRequest, type ScimError } from './scim-error.js';

/** Where what a filter names is found. Nothing of a filter but its values, as parameters, comes into a query. */
export type Column =
  | { readonly kind: 'text'; readonly sql: Sql; readonly caseExact?: boolean }
  | { readonly kind: 'boolean' | 'date'; readonly sql: Sql }
  /** Several values: what they are read from, and the columns of one by the names of its parts. */
  | { readonly kind: 'several'; readonly from: Sql; readonly of: Columns };

/** By path, in lower case. */
export type Columns = Readonly<Record<string, Column>>;

const refused = (detail: string): ScimError => badRequest('invalidFilter', detail);

const ORDER: Readonly<Partial<Record<Comparison, Sql>>> = {
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};

function compareText(column: Sql, op: Comparison, value: Sql): Sql {
  switch (op) {
    case 'eq':
      return sql`${column} = ${value}`;
    case 'ne':
      return sql`${column} IS DISTINCT FROM ${value}`;
    case 'co':
      return sql`strpos(${column}, ${value}) > 0`;
    case 'sw':
      return sql`starts_with(${column}, ${value})`;
    case 'ew':
      return sql`right(${column}, length(${value})) = ${value}`;
    default:
      return sql`${column} ${ORDER[op] ?? sql``} ${value}`;
  }
}

function compareDate(column: Sql, op: Comparison, value: FilterValue): Sql {
  const at = typeof value === 'string' ? new Date(value) : null;
  if (!at || Number.isNaN(at.getTime())) throw refused('An instant is compared with an instant');
  const order = op === 'eq' ? sql`=` : op === 'ne' ? sql`<>` : ORDER[op];
  if (!order) throw refused(`Instants are not compared by ${op}`);
  return sql`${column} ${order} ${at}`;
}

function compareBoolean(column: Sql, op: Comparison, given: FilterValue): Sql {
  // Some directories write truth values as texts.
  const value = typeof given === 'string' ? { true: true, false: false }[given.toLowerCase()] : given;
  if (typeof value !== 'boolean' || (op !== 'eq' && op !== 'ne')) throw refused('A truth value is compared with true or false');
  return op === 'eq' ? sql`${column} = ${value}` : sql`${column} <> ${value}`;
}

function compare(column: Column, op: Comparison, value: FilterValue): Sql {
  switch (column.kind) {
    case 'boolean':
      return compareBoolean(column.sql, op, value);
    case 'date':
      return compareDate(column.sql, op, value);
    case 'several': {
      const part = column.of['value'];
      if (!part) throw refused('Say which part of the values is meant');
      return some(column.from, compare(part, op, value));
    }
    case 'text': {
      if (value === null) return present(column, op === 'ne');
      const text = sql`${String(value)}::text`;
      if (column.caseExact) return compareText(column.sql, op, text);
      return compareText(sql`lower(${column.sql})`, op, sql`lower(${text})`);
    }
  }
}

const some = (from: Sql, condition: Sql): Sql =>
  sql`EXISTS (SELECT 1 FROM ${from} WHERE ${condition})`;

function present(column: Column, is = true): Sql {
  if (column.kind === 'several') return is ? some(column.from, sql`true`) : sql`NOT ${some(column.from, sql`true`)}`;
  return is ? sql`${column.sql} IS NOT NULL` : sql`${column.sql} IS NULL`;
}

/** The column of a path, and what holds it where it is a part of several. */
function columnOf(columns: Columns, path: string): { readonly column: Column; readonly from: Sql | null } {
  const own = Object.hasOwn(columns, path) ? columns[path] : undefined;
  if (own) return { column: own, from: null };
  const dot = path.lastIndexOf('.');
  const [whole, part] = dot < 0 ? ['', ''] : [path.slice(0, dot), path.slice(dot + 1)];
  const several = Object.hasOwn(columns, whole) ? columns[whole] : undefined;
  const column = several?.kind === 'several' && Object.hasOwn(several.of, part) ? several.of[part] : undefined;
  if (several?.kind !== 'several' || !column) throw refused(`There is no filtering by ${path.slice(0, 80)}`);
  return { column, from: several.from };
}

function leaf(columns: Columns, path: string, condition: (column: Column) => Sql): Sql {
  const { column, from } = columnOf(columns, path);
  const fits = from ? some(from, condition(column)) : condition(column);
  // What is not there fits nothing, also where it is negated.
  return sql`COALESCE(${fits}, false)`;
}

/**
 * The filter as a condition of a query.
 * @throws {ScimError} invalidFilter for what cannot be filtered by
 */
export function conditionOf(filter: Filter, columns: Columns): Sql {
  switch (filter.kind) {
    case 'and':
      return sql`(${conditionOf(filter.left, columns)} AND ${conditionOf(filter.right, columns)})`;
    case 'or':
      return sql`(${conditionOf(filter.left, columns)} OR ${conditionOf(filter.right, columns)})`;
    case 'not':
      return sql`(NOT ${conditionOf(filter.of, columns)})`;
    case 'present':
      return leaf(columns, filter.path, (column) => present(column));
    case 'compare':
      return leaf(columns, filter.path, (column) => compare(column, filter.op, filter.value));
    case 'within': {
      const { column } = columnOf(columns, filter.path);
      if (column.kind !== 'several') throw refused(`${filter.path.slice(0, 80)} has not several values`);
      return some(column.from, conditionOf(filter.of, column.of));
    }
  }
}
