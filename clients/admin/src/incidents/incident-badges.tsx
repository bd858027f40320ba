import { Badge } from '@mantine/core';
import type { IncidentSeverity, IncidentStatus } from '../graph/operations.generated.js';
import { wordsOf } from '../shared/words.js';

const severityColors: Readonly<Record<IncidentSeverity, string>> = {
  CRITICAL: 'red',
  HIGH: 'orange',
  MEDIUM: 'yellow',
  LOW: 'blue',
};
const statusColors: Readonly<Record<string, string>> = {
  OPEN: 'red',
  ACKNOWLEDGED: 'indigo',
  MITIGATED: 'grape',
  RESOLVED: 'teal',
};

export const SeverityBadge = ({ severity }: { readonly severity: IncidentSeverity }) => (
  <Badge color={severityColors[severity]} tt="none">
    {wordsOf(severity)}
  </Badge>
);

export const StatusBadge = ({ status }: { readonly status: IncidentStatus }) => (
  <Badge color={statusColors[status] ?? 'gray'} variant="dot" tt="none">
    {wordsOf(status)}
  </Badge>
);
