import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from './api-error.js';
import type { Params } from './params.js';

interface Listed {
  readonly id: string;
  readonly created: number;
}

/**
 * One page of a list, newest first, by `limit`, `starting_after`, `ending_before` and `created`.
 * @param url the list's own path, as the answer repeats it
 * @throws {ApiError} on a limit outside 1 to 100 or a cursor that is not in the list
 */
export function pageOf<Item extends Listed>(
  items: readonly Item[],
  params: Params,
  url: string,
): Stripe.ApiList<Item> {
  const limit = params.integer('limit') ?? 10;
  if (limit < 1 || limit > 100) throw invalidRequest('limit must be between 1 and 100', { param: 'limit' });
  const after = params.text('starting_after');
  const before = params.text('ending_before');
  if (after !== undefined && before !== undefined) {
    throw invalidRequest('Only one of starting_after and ending_before may be given', {
      param: 'ending_before',
    });
  }
  const isInRange = createdFilter(params);
  const positionOf = (id: string, param: string): number => {
    const position = items.findIndex((item) => item.id === id);
    if (position < 0) throw resourceMissing('object', id, param);
    return position;
  };

  if (before !== undefined) {
    const candidates = items.slice(0, positionOf(before, 'ending_before')).filter(isInRange);
    return listOf(candidates.slice(-limit), candidates.length > limit, url);
  }
  const start = after === undefined ? 0 : positionOf(after, 'starting_after') + 1;
  const candidates = items.slice(start).filter(isInRange);
  return listOf(candidates.slice(0, limit), candidates.length > limit, url);
}

function listOf<Item>(data: readonly Item[], hasMore: boolean, url: string): Stripe.ApiList<Item> {
  return { object: 'list', data: [...data], has_more: hasMore, url };
}

function createdFilter(params: Params): (item: Listed) => boolean {
  if (!params.isObject('created')) {
    const exactly = params.integer('created');
    return (item) => exactly === undefined || item.created === exactly;
  }
  const range = params.object('created');
  const gt = range?.integer('gt') ?? -Infinity;
  const gte = range?.integer('gte') ?? -Infinity;
  const lt = range?.integer('lt') ?? Infinity;
  const lte = range?.integer('lte') ?? Infinity;
  return ({ created }) => created > gt && created >= gte && created < lt && created <= lte;
}
