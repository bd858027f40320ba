import { Button, Center } from '@mantine/core';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Loads what comes after the rows that are shown. */
export function More({ page, onMore, busy }: { readonly page: PageInfo | undefined; readonly onMore: (after: string | null) => void; readonly busy: boolean }) {
  if (!page?.hasNextPage) return null;
  return (
    <Center py="sm">
      <Button variant="default" loading={busy} onClick={() => onMore(page.endCursor)}>
        Show more
      </Button>
    </Center>
  );
}
