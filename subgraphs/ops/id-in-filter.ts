import type { GlobalId } from '../_kernel/graphql/global-id.js';

const NOTHING_HAS_IT = '00000000-0000-0000-0000-ffffffffffff';

/**
 * The UUID that a filter names by an id of one of these kinds; undefined when it names none. A malformed id is
 * taken for one that nothing has, so that it finds as little as an unknown one.
 */
export function uuidInFilter(id: string | null | undefined, ...kinds: readonly GlobalId[]): string | undefined {
  if (id == null) return undefined;
  for (const kind of kinds) {
    const uuid = kind.decode(id);
    if (uuid !== null) return uuid;
  }
  return NOTHING_HAS_IT;
}
