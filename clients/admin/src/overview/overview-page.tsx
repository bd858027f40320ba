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

const EVERY_MS = 15_000;

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

type Metrics = NonNullable<PlatformOverviewQuery['platformMetrics']>;

/** Minor units as people write money, without cents where there are none. */
const moneyOf = ({ amount, currency }: { readonly amount: number; readonly currency: string }): string =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: amount % 100 === 0 ? 0 : 2 }).format(amount / 100);

function Plans({ metrics: { plans, monthlyRecurringRevenue } }: { readonly metrics: Metrics }) {
  return (
    <Paper component="section" aria-labelledby="plans" p="md" h="100%">
      <Title order={2} id="plans" mb="sm">
        Subscriptions by plan
      </Title>
      <Suspense fallback={<Loading what="the chart" />}>
        <PlansChart
          currency={monthlyRecurringRevenue.currency}
          rows={plans.map((plan) => ({
            plan: wordsOf(plan.plan),
            paying: plan.activeSubscriptions,
            trials: plan.trials,
            revenue: plan.monthlyRecurringRevenue.amount / 100,
          }))}
        />
      </Suspense>
      <Table.ScrollContainer minWidth={420} tabIndex={0} role="region" aria-label="Subscriptions by plan">
        <Table mt="md" verticalSpacing={6} aria-labelledby="plans">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Plan</Table.Th>
              <Table.Th ta="right">Companies</Table.Th>
              <Table.Th ta="right">Paying</Table.Th>
              <Table.Th ta="right">On trial</Table.Th>
              <Table.Th ta="right">A month</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="figures">
            {plans.map((plan) => (
              <Table.Tr key={plan.plan}>
                <Table.Td>{wordsOf(plan.plan)}</Table.Td>
                <Table.Td ta="right">{plan.companies}</Table.Td>
                <Table.Td ta="right">{plan.activeSubscriptions}</Table.Td>
                <Table.Td ta="right">{plan.trials}</Table.Td>
                <Table.Td ta="right">{moneyOf(plan.monthlyRecurringRevenue)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Figures({ data, queues }: { readonly data: PlatformOverviewQuery | undefined; readonly queues: PlatformHealthQuery['jobQueues'] }) {
  const metrics = data?.platformMetrics;
  const of = (name: 'active' | 'suspended' | 'trialExpired'): number | string => data?.[name]?.totalCount ?? '–';
  const sum = (pick: (queue: NonNullable<typeof queues>[number]) => number): number => (queues ?? []).reduce((total, queue) => total + pick(queue), 0);
  return (
    <SimpleGrid component="section" aria-label="Figures" cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure label="Companies" value={metrics?.totalOrganizations ?? '–'} hint={`${of('active')} active, ${of('suspended')} suspended`} />
      <Figure label="Active subscriptions" value={metrics?.activeSubscriptions ?? '–'} hint="work and pay" />
      <Figure label="Trial accounts" value={metrics?.trialAccounts ?? '–'} hint={`${of('trialExpired')} run out without a plan`} />
      <Figure label="Users" value={metrics?.totalUsers ?? '–'} hint="each once" />
      <Figure label="Recurring revenue" value={metrics ? moneyOf(metrics.monthlyRecurringRevenue) : '–'} hint="a month, by the list" />
      <Figure label="Annual run rate" value={metrics ? moneyOf(metrics.annualRunRate) : '–'} hint="twelve times that" />
      <Figure label="Churn" value={metrics ? `${metrics.churnPercentage} %` : '–'} hint="of who paid 30 days ago" />
      <Figure label="Jobs waiting" value={sum(({ due }) => due)} hint={`${sum(({ dead }) => dead)} given up`} />
    </SimpleGrid>
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
  const metrics = counts.data?.platformMetrics;
  return (
    <>
      <PageHead title="Overview" hint="How the platform is doing right now." />
      <Stack>
        {counts.error && <Failed what="the figures" error={counts.error} onRetry={() => void counts.refetch()} />}
        <Figures data={counts.data} queues={health.data?.jobQueues ?? null} />
        <Grid gap="md">
          <Grid.Col span={{ base: 12, lg: 6 }}>{metrics ? <Plans metrics={metrics} /> : <Loading what="the plans" />}</Grid.Col>
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
