import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValidationError } from '../errors/domain-error.js';
import { connectionOf, pageOf, type Page, type PageArgs, type SortKey } from './connection.js';

interface Row {
  readonly rank: number;
  readonly id: string;
}

const SORT: readonly SortKey[] = [
  { field: 'rank', order: 'desc', type: 'number' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

const compare = (a: Row, b: Row): number => b.rank - a.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const keyOf = (row: Row) => [row.rank, row.id];

/** What a store would find for a page, over rows in memory. */
function find(rows: readonly Row[], page: Page): Row[] {
  const sorted = [...rows].sort(compare);
  if (page.direction === 'backward') sorted.reverse();
  const from = page.from ? ({ rank: page.from[0], id: page.from[1] } as Row) : null;
  const sign = page.direction === 'backward' ? -1 : 1;
  return sorted.filter((row) => from === null || compare(row, from) * sign > 0).slice(0, page.limit + 1);
}

const read = (rows: readonly Row[], args: PageArgs) => {
  const page = pageOf(args, SORT);
  return connectionOf(page, find(rows, page), keyOf);
};

const rowsArbitrary = fc.uniqueArray(fc.record({ rank: fc.integer({ min: 0, max: 5 }), id: fc.uuid() }), {
  selector: (row) => row.id,
  maxLength: 40,
});

describe('a connection', () => {
  it('shows every row once, in order, page by page in either direction', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 1, max: 7 }), (rows, size) => {
        const forward: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page = read(rows, { first: size, after });
          forward.push(...page.edges.map((edge) => edge.node.id));
          if (!page.pageInfo.hasNextPage) break;
          after = page.pageInfo.endCursor;
        }
        const backward: string[] = [];
        let before: string | null = null;
        for (;;) {
          const page = read(rows, { last: size, before });
          backward.unshift(...page.edges.map((edge) => edge.node.id));
          if (!page.pageInfo.hasPreviousPage) break;
          before = page.pageInfo.startCursor;
        }
        const expected = [...rows].sort(compare).map((row) => row.id);
        expect(forward).toEqual(expected);
        expect(backward).toEqual(expected);
      }),
    );
  });

  it('is cut at 500 and has 20 unless asked otherwise', () => {
    expect([pageOf({ first: 10_000 }, SORT).limit, pageOf({}, SORT).limit]).toEqual([500, 20]);
  });

  it('refuses what contradicts itself and names the argument', () => {
    const refused: readonly (readonly [PageArgs, string])[] = [
      [{ first: 1, last: 1 }, 'last'],
      [{ first: 1, before: 'x' }, 'before'],
      [{ first: -1 }, 'first'],
      [{ last: -1 }, 'last'],
      [{ after: 'not a cursor' }, 'after'],
      [{ after: Buffer.from('["only one"]').toString('base64url') }, 'after'],
      [{ after: Buffer.from('[{},[]]').toString('base64url') }, 'after'],
    ];
    for (const [args, field] of refused) {
      expect(() => pageOf(args, SORT)).toThrow(ValidationError);
      expect(() => pageOf(args, SORT)).toThrow(field);
    }
  });

  it('refuses a forged cursor, whose values are not what its keys can be, and names the argument', () => {
    const sort: readonly SortKey[] = [
      { field: 'at', order: 'asc', type: 'date' },
      { field: 'name', order: 'asc' },
      { field: 'rank', order: 'asc', type: 'number' },
      { field: 'id', order: 'asc', type: 'uuid' },
    ];
    const cursorOf = (key: readonly unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
    const [at, name, rank, id] = ['2027-01-31T09:00:00.000Z', 'Ana', 3, '0190aaaa-0000-7000-8000-00000000000a'];
    expect(pageOf({ before: cursorOf([at, name, rank, id]) }, sort).from).toEqual([at, name, rank, id]);
    const forged = [
      ['yesterday', name, rank, id],
      [7, name, rank, id],
      ['2027-13-31T09:00:00.000Z', name, rank, id],
      [at, 'A\0na', rank, id],
      [at, 5, rank, id],
      [at, name, '3', id],
      [at, name, rank, 'a'],
      [at, name, rank, "0190aaaa' OR true"],
    ];
    for (const key of forged) {
      expect(() => pageOf({ after: cursorOf(key) }, sort)).toThrow(ValidationError);
      expect(() => pageOf({ before: cursorOf(key) }, sort)).toThrow('before: is not a cursor of this connection');
    }
  });
});
