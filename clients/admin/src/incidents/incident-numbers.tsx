import { useQuery } from '@apollo/client/react';
import { Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { useEffect } from 'react';
import { IncidentNumbersDocument } from '../graph/operations.generated.js';
import { useIncidentStream } from './incident-stream.js';

const EVERY_MS = 15_000;

/** What is counted, by the name it has in the rules before its window. */
const SIGNALS = [
  ['failed_logins', 'Failed sign-ins'],
  ['password_reset_failures', 'Failed resets'],
  ['jwt_validation_errors', 'Bad tokens'],
  ['session_anomalies', 'Odd sessions'],
] as const;

const numberIn = (metrics: unknown, name: string): number => {
  const value = typeof metrics === 'object' && metrics !== null ? (metrics as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'number' ? value : 0;
};

/** What detection counts right now, on all of the platform. */
export function IncidentNumbers() {
  const { data, refetch } = useQuery(IncidentNumbersDocument, { pollInterval: EVERY_MS });
  const { onIncident } = useIncidentStream();
  useEffect(() => onIncident(() => void refetch()), [onIncident, refetch]);
  return (
    <SimpleGrid component="section" aria-label="Signals" cols={{ base: 2, md: 4 }} spacing="sm">
      {SIGNALS.map(([name, label]) => (
        <Paper key={name} p="sm">
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <Group gap={6} align="baseline">
            <Text className="figures" fz={24} fw={650} lh={1.3}>
              {numberIn(data?.fiveMinutes?.metrics, `${name}_5m`)}
            </Text>
            <Text size="xs" c="dimmed">
              in 5 min · {numberIn(data?.oneHour?.metrics, `${name}_1h`)} in 1 h
            </Text>
          </Group>
        </Paper>
      ))}
    </SimpleGrid>
  );
}
