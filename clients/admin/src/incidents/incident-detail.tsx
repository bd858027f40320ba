import { useQuery } from '@apollo/client/react';
import { Alert, Divider, Group, List, Paper, Stack, Table, Text, Timeline, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { IncidentByIdDocument, type IncidentWholeFragment } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { momentOf, textOf, wordsOf } from '../shared/words.js';
import { IncidentActions } from './incident-actions.js';
import { SeverityBadge, StatusBadge } from './incident-badges.js';
import { IncidentMeasures } from './incident-measures.js';
import { useIncidentStream } from './incident-stream.js';
import { Runbook } from './runbook.js';

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={3} size="sm" mb={6}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Flags({ flags }: { readonly flags: IncidentWholeFragment['recommendedFlags'] }) {
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table verticalSpacing={6} horizontalSpacing="sm" withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Flag</Table.Th>
            <Table.Th>To</Table.Th>
            <Table.Th>Because</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {flags.map(({ key, value, reason }) => (
            <Table.Tr key={key}>
              <Table.Td ff="monospace" fz="xs">
                {key}
              </Table.Td>
              <Table.Td ff="monospace" fz="xs">
                {textOf(value)}
              </Table.Td>
              <Table.Td fz="sm">{reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Advice({ incident }: { readonly incident: IncidentWholeFragment }) {
  const { steps, risks, rollbackPlan, recommendedFlags } = incident;
  const lines = (items: readonly string[], type: 'ordered' | 'unordered') => (
    <List type={type} size="sm" spacing={4}>
      {items.map((item) => (
        <List.Item key={item}>{item}</List.Item>
      ))}
    </List>
  );
  return (
    <>
      {steps.length > 0 && <Part title="What to do">{lines(steps, 'ordered')}</Part>}
      {recommendedFlags.length > 0 && (
        <Part title="Flags that would help">
          <Flags flags={recommendedFlags} />
        </Part>
      )}
      {risks.length > 0 && <Part title="What that costs">{lines(risks, 'unordered')}</Part>}
      {rollbackPlan.length > 0 && <Part title="How to undo it">{lines(rollbackPlan, 'ordered')}</Part>}
    </>
  );
}

function History({ timeline }: { readonly timeline: IncidentWholeFragment['timeline'] }) {
  return (
    <Part title="Timeline">
      <Timeline bulletSize={14} lineWidth={2} active={timeline.length - 1}>
        {timeline.map(({ at, status, severity, note, actorKind }) => (
          <Timeline.Item key={`${at} ${status} ${severity}`} title={<Text size="sm">{wordsOf(status)}, {severity.toLowerCase()}</Text>}>
            {note && <Text size="sm">{note}</Text>}
            <Text size="xs" c="dimmed">
              {momentOf(at)} · by {actorKind === 'SYSTEM' ? 'the platform' : wordsOf(actorKind).toLowerCase()}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Part>
  );
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one.localeCompare(other, undefined, { numeric: true });

function Measured({ metrics }: { readonly metrics: unknown }) {
  const numbers = typeof metrics === 'object' && metrics !== null ? Object.entries(metrics).sort(byName) : [];
  if (numbers.length === 0) return null;
  return (
    <Part title="What was measured">
      <Group gap="lg">
        {numbers.map(([name, value]) => (
          <div key={name}>
            <Text className="figures" fw={600}>
              {textOf(value)}
            </Text>
            <Text size="xs" c="dimmed">
              {wordsOf(name)}
            </Text>
          </div>
        ))}
      </Group>
    </Part>
  );
}

/** Who is called next while nobody has taken it on, and whether it is told at all. */
function Standing({ incident: { mutedBy, escalationLevel, nextEscalationAt } }: { readonly incident: IncidentWholeFragment }) {
  if (!mutedBy && escalationLevel === 0 && !nextEscalationAt) return null;
  return (
    <Text size="sm" c="dimmed">
      {[
        mutedBy && (mutedBy === 'SILENCE' ? 'Silenced: nobody is called for it.' : 'A graver one is open: nobody is called for this one.'),
        escalationLevel > 0 && `Escalated to level ${escalationLevel}.`,
        nextEscalationAt && `The next are called at ${momentOf(nextEscalationAt)} unless somebody takes it on.`,
      ]
        .filter(Boolean)
        .join(' ')}
    </Text>
  );
}

/** One incident with all there is to know, and to do. */
export function IncidentDetail({ id }: { readonly id: string }) {
  const { data, error, loading, refetch } = useQuery(IncidentByIdDocument, { variables: { id } });
  const { onIncident } = useIncidentStream();
  useEffect(() => onIncident((incident) => (incident.id === id ? void refetch() : undefined)), [id, onIncident, refetch]);
  const incident = data?.incident;

  if (!incident) {
    if (error) return <Failed what="the incident" error={error} onRetry={() => void refetch()} />;
    if (loading) return <Loading what="the incident" />;
    return <Empty title="There is no such incident" hint="It may be of a company you cannot see." />;
  }
  return (
    <Paper component="article" aria-label={incident.title} p={{ base: 'md', sm: 'lg' }}>
      <Stack>
        <div>
          <Group gap="xs" mb={6}>
            <SeverityBadge severity={incident.severity} />
            <StatusBadge status={incident.status} />
          </Group>
          <Group justify="space-between" gap="xs">
            <Title order={2}>{incident.title}</Title>
            <Runbook incidentType={incident.type} />
          </Group>
          <Text size="sm" c="dimmed">
            {incident.tenant?.name ?? 'The platform'} · {wordsOf(incident.classification)} · since <Ago at={incident.occurredAt} />
          </Text>
        </div>
        <Alert color="indigo" p="sm">
          <Text fw={600}>{incident.decision}</Text>
        </Alert>
        <Standing incident={incident} />
        <IncidentActions incident={incident} />
        <IncidentMeasures incident={incident} />
        <Divider />
        <Measured metrics={incident.metrics} />
        <Advice incident={incident} />
        {incident.postmortem && (
          <Part title="What was learnt">
            <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
              {incident.postmortem}
            </Text>
          </Part>
        )}
        <History timeline={incident.timeline} />
      </Stack>
    </Paper>
  );
}
