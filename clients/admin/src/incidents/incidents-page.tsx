import { Alert, Box, Button, Grid, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { IncidentRowFragment } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { PageHead } from '../shared/page-head.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { SeverityBadge, StatusBadge } from './incident-badges.js';
import { IncidentDetail } from './incident-detail.js';
import { IncidentNumbers } from './incident-numbers.js';
import { useIncidentStream } from './incident-stream.js';
import { useIncidentList } from './use-incident-list.js';

type List = ReturnType<typeof useIncidentList>;

function IncidentLine({ incident, isShown, isFresh }: { readonly incident: IncidentRowFragment; readonly isShown: boolean; readonly isFresh: boolean }) {
  return (
    <Link
      href={`/auth-ops/${incident.id}`}
      className={`row-link${isFresh ? ' fresh' : ''}`}
      aria-current={isShown}
      data-incident={incident.id}
    >
      <Group justify="space-between" gap="xs" mb={4}>
        <SeverityBadge severity={incident.severity} />
        <Text size="xs" c="dimmed">
          <Ago at={incident.occurredAt} />
        </Text>
      </Group>
      <Text fw={600} size="sm">
        {incident.title}
      </Text>
      <Group justify="space-between" gap="xs" mt={4}>
        <Text size="xs" c="dimmed">
          {incident.tenant?.name ?? 'The platform'}
        </Text>
        <StatusBadge status={incident.status} />
      </Group>
    </Link>
  );
}

function IncidentList({ list, selected }: { readonly list: List; readonly selected: string | null }) {
  const { latest } = useIncidentStream();
  return (
    <Paper component="section" aria-label="Incidents" style={{ overflow: 'hidden' }}>
      {list.error && <Failed what="the incidents" error={list.error} onRetry={list.refetch} />}
      {!list.isLoaded && list.loading && <Loading what="the incidents" />}
      {list.isLoaded && list.incidents.length === 0 && <Empty title="All is calm" hint="Incidents appear here as they are detected." />}
      {list.incidents.map((incident) => (
        <IncidentLine key={incident.id} incident={incident} isShown={incident.id === selected} isFresh={incident.id === latest?.id} />
      ))}
      {list.more && (
        <Button variant="subtle" fullWidth radius={0} onClick={list.more}>
          Show older ones
        </Button>
      )}
    </Paper>
  );
}

function Controls({ list, which, onWhich }: { readonly list: List; readonly which: string; readonly onWhich: (which: string) => void }) {
  const { paused, pause, resume } = list;
  return (
    <>
      <SegmentedControl
        aria-label="Which incidents"
        value={which}
        onChange={onWhich}
        data={[
          { value: 'open', label: 'Open' },
          { value: 'all', label: 'All' },
        ]}
      />
      <Button
        variant="default"
        leftSection={paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        onClick={paused ? resume : pause}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
    </>
  );
}

/** What was told since, for those who hear the page; and that nothing is shown while it is paused. */
function News({ list: { paused, waiting } }: { readonly list: List }) {
  const { latest } = useIncidentStream();
  return (
    <>
      <div role="log" aria-live="polite" className="only-read">
        {latest && !paused ? `New incident: ${latest.title}, ${latest.tenant?.name ?? ''}` : ''}
      </div>
      {paused && (
        <Alert color="yellow" role="status" title="Paused">
          {waiting === 0 ? 'Nothing has changed since.' : `${waiting} new or changed since. Resume to see them.`}
        </Alert>
      )}
    </>
  );
}

/** Incidents as they happen, beside the one that is looked at. */
export function IncidentsPage({ selected }: { readonly selected: string | null }) {
  const [which, setWhich] = useState('open');
  const list = useIncidentList(which === 'open');
  const shown = selected ?? list.incidents[0]?.id ?? null;
  return (
    <>
      <PageHead title="Incidents" hint="What is wrong, why, and what to do about it.">
        <Controls list={list} which={which} onWhich={setWhich} />
      </PageHead>
      <Stack>
        <News list={list} />
        <IncidentNumbers />
        <Grid gap="md" align="flex-start">
          <Grid.Col span={{ base: 12, md: 5, lg: 4 }} {...(selected ? { visibleFrom: 'md' } : {})}>
            <IncidentList list={list} selected={shown} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 7, lg: 8 }} {...(selected ? {} : { visibleFrom: 'md' })}>
            {selected && (
              <Box hiddenFrom="md" mb="sm">
                <Button component={Link} href="/auth-ops" variant="default" size="xs">
                  Back to the list
                </Button>
              </Box>
            )}
            {shown && <IncidentDetail key={shown} id={shown} />}
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}
