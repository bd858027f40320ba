import { useQuery } from '@apollo/client/react';
import { Grid, Group, Paper, Progress, SimpleGrid, Stack, Table, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import {
  OpenIncidentsDocument,
  PlatformHealthDocument,
  PlatformOverviewDocument,
  type PlatformHealthQuery,
  type PlatformOverviewQuery,
} from '../graph/operations.generated.js';
import { SeverityBadge, StatusBadge } from '../incidents/incident-badges.js';
import { OPEN_STATUSES } from '../incidents/use-incident-list.js';
import { Ago } from '../shared/ago.js';
import { PageHead } from '../shared/page-head.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { wordsOf } from '../shared/words.js';

const PlansChart = lazy(async () => ({ default: (await import('./plans-chart.js')).PlansChart }));

const EVERY_MS = 30_000;
const PLANS = ['free', 'starter', 'professional', 'performance', 'enterprise'] as const;

function Figure({ label, value, hint }: { readonly label: string; readonly value: number | string; readonly hint: string }) {
  return (
    <Paper p="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text className="figures" fz={30} fw={680} lh={1.25}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </Paper>
  );
}

function Plans({ counts }: { readonly counts: PlatformOverviewQuery }) {
  const rows = PLANS.map((plan) => ({ plan: wordsOf(plan), companies: counts[plan]?.totalCount ?? 0 }));
  const all = Math.max(1, rows.reduce((sum, { companies }) => sum + companies, 0));
  return (
    <Paper component="section" aria-labelledby="plans" p="md" h="100%">
      <Title order={2} id="plans" mb="sm">
        Companies by plan
      </Title>
      <Suspense fallback={<Loading what="the chart" />}>
        <PlansChart rows={rows} />
      </Suspense>
      <Table mt="md" verticalSpacing={6} aria-labelledby="plans">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Plan</Table.Th>
            <Table.Th ta="right">Companies</Table.Th>
            <Table.Th ta="right">Share</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="figures">
          {rows.map(({ plan, companies }) => (
            <Table.Tr key={plan}>
              <Table.Td>{plan}</Table.Td>
              <Table.Td ta="right">{companies}</Table.Td>
              <Table.Td ta="right">{Math.round((companies / all) * 100)} %</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Health({ health }: { readonly health: NonNullable<PlatformHealthQuery['health']> }) {
  const slowest = Math.max(1, ...health.checks.map(({ durationMs }) => durationMs ?? 0));
  return (
    <Paper component="section" aria-labelledby="health" p="md">
      <Title order={2} id="health" mb="sm">
        Health
      </Title>
      <Table verticalSpacing={8} aria-labelledby="health">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Part</Table.Th>
            <Table.Th ta="right">Answers in</Table.Th>
            <Table.Th w="30%">
              <span className="only-read">Compared</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {health.checks.map(({ name, ok, detail, durationMs }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <ThemeIcon size="sm" variant="light" color={ok ? 'teal' : 'red'} aria-label={ok ? 'Works' : 'Fails'} role="img">
                    {ok ? <IconCircleCheck size={14} /> : <IconCircleX size={14} />}
                  </ThemeIcon>
                  <div>
                    <Text size="sm">{wordsOf(name)}</Text>
                    {detail && (
                      <Text size="xs" c="dimmed">
                        {detail}
                      </Text>
                    )}
                  </div>
                </Group>
              </Table.Td>
              <Table.Td ta="right" className="figures">
                {durationMs ?? '–'} ms
              </Table.Td>
              <Table.Td>
                <Progress value={((durationMs ?? 0) / slowest) * 100} size="sm" color="indigo" aria-hidden />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function NowOpen() {
  const { data, error, refetch } = useQuery(OpenIncidentsDocument, { pollInterval: EVERY_MS });
  const open = (data?.incidents?.edges ?? []).map(({ node }) => node).filter(({ status }) => OPEN_STATUSES.includes(status));
  return (
    <Paper component="section" aria-labelledby="open" style={{ overflow: 'hidden' }}>
      <Title order={2} id="open" p="md" pb="xs">
        Open incidents
      </Title>
      {error && <Failed what="the incidents" error={error} onRetry={() => void refetch()} />}
      {data && open.length === 0 && <Empty title="All is calm" hint="Nothing is wrong that we know of." />}
      {open.slice(0, 5).map((incident) => (
        <Link key={incident.id} href={`/auth-ops/${incident.id}`} className="row-link">
          <Group justify="space-between" gap="xs">
            <div>
              <Text size="sm" fw={600}>
                {incident.title}
              </Text>
              <Text size="xs" c="dimmed">
                {incident.tenant?.name ?? 'The platform'} · <Ago at={incident.occurredAt} />
              </Text>
            </div>
            <Group gap="xs">
              <SeverityBadge severity={incident.severity} />
              <StatusBadge status={incident.status} />
            </Group>
          </Group>
        </Link>
      ))}
    </Paper>
  );
}

/** How the platform is doing, at a glance. */
export function OverviewPage() {
  const counts = useQuery(PlatformOverviewDocument, { pollInterval: EVERY_MS });
  const health = useQuery(PlatformHealthDocument, { pollInterval: EVERY_MS });
  const of = (name: 'companies' | 'active' | 'suspended' | 'trialExpired'): number | string => counts.data?.[name]?.totalCount ?? '–';
  const queues = health.data?.jobQueues ?? [];
  const sum = (pick: (queue: (typeof queues)[number]) => number): number => queues.reduce((total, queue) => total + pick(queue), 0);
  return (
    <>
      <PageHead title="Overview" hint="How the platform is doing right now." />
      <Stack>
        {counts.error && <Failed what="the figures" error={counts.error} onRetry={() => void counts.refetch()} />}
        <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
          <Figure label="Companies" value={of('companies')} hint={`${of('active')} active`} />
          <Figure label="Suspended" value={of('suspended')} hint="by platform staff" />
          <Figure label="Trials run out" value={of('trialExpired')} hint="without a plan" />
          <Figure label="Jobs waiting" value={sum(({ due }) => due)} hint={`${sum(({ dead }) => dead)} given up`} />
        </SimpleGrid>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, lg: 6 }}>{counts.data ? <Plans counts={counts.data} /> : <Loading what="the plans" />}</Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Stack>
              <NowOpen />
              {health.error && <Failed what="the health" error={health.error} onRetry={() => void health.refetch()} />}
              {health.data?.health && <Health health={health.data.health} />}
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}
