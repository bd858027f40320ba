import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { More } from './pager.js';
import { Empty, Failed, Loading } from './states.js';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Rows in whatever state they are: on their way, none, some with more behind them, or not to be had. */
export function Listing(props: {
  /** As in "Cannot load the mails". */
  readonly what: string;
  readonly query: { readonly error?: { readonly message: string } | undefined; readonly loading: boolean; readonly refetch: () => unknown };
  /** Undefined until the first answer. */
  readonly count: number | undefined;
  readonly empty: { readonly title: string; readonly hint: string };
  readonly page: PageInfo | undefined;
  readonly onMore: (after: string | null) => unknown;
  readonly children: ReactNode;
}) {
  const { what, query, count, empty, page, onMore, children } = props;
  return (
    <Paper>
      {query.error && <Failed what={what} error={query.error} onRetry={() => void query.refetch()} />}
      {count === undefined && query.loading && <Loading what={what} />}
      {count === 0 && <Empty {...empty} />}
      {count !== undefined && count > 0 && children}
      <More page={page} busy={query.loading} onMore={(after) => void onMore(after)} />
    </Paper>
  );
}
