import {
  connectionOf,
  type Connection,
  type KeyValue,
  type Page,
  type SortKey,
} from '../../_kernel/graphql/connection.js';

/** A time at which a provider can be booked; epoch milliseconds. */
export interface OfferedStart {
  readonly providerId: string;
  readonly startsAt: number;
}

export const SLOT_SORT: readonly SortKey[] = [
  { field: 'startsAt', order: 'asc', type: 'number' },
  { field: 'providerId', order: 'asc', type: 'uuid' },
];

const isBefore = (a: OfferedStart, b: OfferedStart): boolean =>
  a.startsAt < b.startsAt || (a.startsAt === b.startsAt && a.providerId < b.providerId);

/**
 * The starts of all providers as one list in order of time and then of provider. Each provider's starts are
 * reckoned only as far as somebody reads, so a first page costs the same whatever the length of the window.
 */
export function* inOrder(
  providers: Iterable<readonly [providerId: string, starts: Iterator<number, void, void>]>,
): Generator<OfferedStart, void, void> {
  const heads: { next: OfferedStart; readonly starts: Iterator<number, void, void> }[] = [];
  for (const [providerId, starts] of providers) {
    const first = starts.next();
    if (!first.done) heads.push({ next: { providerId, startsAt: first.value }, starts });
  }
  for (;;) {
    const earliest = heads.reduce<(typeof heads)[number] | undefined>(
      (best, head) => (!best || isBefore(head.next, best.next) ? head : best),
      undefined,
    );
    if (!earliest) return;
    yield earliest.next;
    const following = earliest.starts.next();
    if (following.done) heads.splice(heads.indexOf(earliest), 1);
    else earliest.next = { providerId: earliest.next.providerId, startsAt: following.value };
  }
}

/** One page of starts that are in order. */
export function pageOfStarts(starts: Iterable<OfferedStart>, page: Page): Connection<OfferedStart> {
  const [startsAt, providerId] = page.from ?? [];
  const from = page.from && { startsAt: Number(startsAt), providerId: String(providerId) };
  const keyOf = (start: OfferedStart): KeyValue[] => [start.startsAt, start.providerId];
  const rows: OfferedStart[] = [];
  if (page.direction === 'forward') {
    for (const start of starts) {
      if (from && !isBefore(from, start)) continue;
      rows.push(start);
      if (rows.length > page.limit) break;
    }
  } else {
    for (const start of starts) {
      if (from && !isBefore(start, from)) break;
      rows.push(start);
      if (rows.length > page.limit + 1) rows.shift();
    }
    rows.reverse();
  }
  return connectionOf(page, rows, keyOf);
}
