import { useLazyQuery } from '@apollo/client/react';
import { Button, Drawer, Text } from '@mantine/core';
import { IconBook } from '@tabler/icons-react';
import { useState } from 'react';
import { RunbookOfDocument } from '../graph/operations.generated.js';
import { Empty, Failed, Loading } from '../shared/states.js';

/** What is known about incidents of this kind, on the side. */
export function Runbook({ incidentType }: { readonly incidentType: string }) {
  const [open, setOpen] = useState(false);
  const [load, { data, error, loading }] = useLazyQuery(RunbookOfDocument);
  const ask = (): void => void load({ variables: { incidentType } });
  const runbook = data?.runbook;
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconBook size={14} />}
        onClick={() => {
          setOpen(true);
          ask();
        }}
      >
        Runbook
      </Button>
      <Drawer opened={open} onClose={() => setOpen(false)} position="right" size="lg" title={runbook?.title ?? 'Runbook'} closeButtonProps={{ 'aria-label': 'Close' }}>
        {error && <Failed what="the runbook" error={error} onRetry={ask} />}
        {loading && <Loading what="the runbook" />}
        {data && !runbook && <Empty title="There is no runbook" hint="For this kind of incident, the advice is all there is." />}
        {runbook && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
            {runbook.markdown}
          </Text>
        )}
      </Drawer>
    </>
  );
}
