import { Badge, Group } from '@mantine/core';
import type { FlagRowFragment } from '../graph/operations.generated.js';
import { wordsOf } from '../shared/words.js';

const STALE: Readonly<Record<string, string>> = { UNTOUCHED: 'Stale: untouched', ROLLED_OUT: 'Stale: everyone has it' };

/** What is special about a flag. */
export function FlagBadges({ flag }: { readonly flag: FlagRowFragment }) {
  const marks: readonly (readonly [boolean, string, string])[] = [
    [flag.killSwitchOn, 'Kill switch on', 'red'],
    [flag.archived, 'Archived', 'gray'],
    [flag.stale !== null, STALE[flag.stale ?? ''] ?? wordsOf(flag.stale ?? ''), 'orange'],
    [flag.acting, 'Acts on the platform', 'grape'],
    [flag.needsApproval, 'Needs a second person', 'indigo'],
    [flag.clientVisible, 'Seen by clients', 'blue'],
  ];
  return (
    <Group gap={4}>
      {marks
        .filter(([holds]) => holds)
        .map(([, label, color]) => (
          <Badge key={label} color={color} tt="none">
            {label}
          </Badge>
        ))}
    </Group>
  );
}
