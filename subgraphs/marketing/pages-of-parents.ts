import type { Page } from '../_kernel/graphql/connection.js';
import { groupByKey, type LoaderDefinition } from '../_kernel/request/loaders.js';
import type { RequestContext } from '../_kernel/request/request-context.js';

/** A page of the list that belongs to one parent, such as the reviews of a provider. */
export interface PageOfParent {
  readonly parentId: string;
  readonly page: Page;
}

/**
 * Batches the pages of many parents' lists: parents of whom the same page is wanted are read in one query.
 * @param find the rows of all those parents, each parent's in the order of the page
 */
export const loadPagesOfParents = <Row>(
  name: string,
  find: (context: RequestContext, parentIds: readonly string[], page: Page) => Promise<readonly Row[]>,
  parentOf: (row: Row) => string,
): LoaderDefinition<PageOfParent, Row[]> => ({
  name,
  cacheKey: ({ parentId, page }) => JSON.stringify([parentId, page]),
  async batch(context, keys) {
    const pages = new Map<string, { readonly page: Page; readonly parentIds: string[] }>();
    for (const { parentId, page } of keys) {
      const same = pages.get(JSON.stringify(page));
      if (same) same.parentIds.push(parentId);
      else pages.set(JSON.stringify(page), { page, parentIds: [parentId] });
    }
    const found = await Promise.all(
      [...pages].map(async ([key, { page, parentIds }]) => {
        const lists = groupByKey(parentIds, await find(context, parentIds, page), parentOf);
        return [key, new Map(parentIds.map((parentId, at) => [parentId, lists[at] ?? []]))] as const;
      }),
    );
    const lists = new Map(found);
    return keys.map(({ parentId, page }) => lists.get(JSON.stringify(page))?.get(parentId) ?? []);
  },
});
