import { Badge, Box } from '@mantine/core';
import type { StreamHealth } from '../graph/follow.js';
import { useIncidentStream } from './incident-stream.js';

const looks: Readonly<Record<StreamHealth, { readonly label: string; readonly color: string }>> = {
  LIVE: { label: 'Live', color: 'teal' },
  CONNECTING: { label: 'Connecting', color: 'gray' },
  RECONNECTING: { label: 'Reconnecting', color: 'orange' },
};

/** Whether what is shown follows what happens. */
export function StreamHealthBadge() {
  const { health } = useIncidentStream();
  const { label, color } = looks[health];
  return (
    <Badge
      role="status"
      size="lg"
      color={color}
      tt="none"
      leftSection={<Box w={8} h={8} bg={color} bdrs={8} className={health === 'LIVE' ? undefined : 'pulse'} />}
    >
      {label}
    </Badge>
  );
}
