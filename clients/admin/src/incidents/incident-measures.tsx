import { useMutation } from '@apollo/client/react';
import { Alert, Badge, Button, Checkbox, Group, List, Paper, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import {
  ApplyIncidentActionDocument,
  RollbackIncidentActionDocument,
  type IncidentActionKind,
  type IncidentMeasureFragment,
  type IncidentWholeFragment,
} from '../graph/operations.generated.js';
import { AskDialog, ReasonField } from '../shared/ask-dialog.js';
import { fieldIn } from '../shared/form.js';
import { Refused } from '../shared/refused.js';
import { useAction } from '../shared/use-action.js';
import { momentOf, textOf } from '../shared/words.js';

const KINDS: Readonly<Record<IncidentActionKind, { readonly label: string; readonly hint: string }>> = {
  APPLY_RECOMMENDED_FLAGS: { label: 'Apply the recommended flags', hint: 'Sets these flags at the company alone. What they were before is kept, and one click brings it back.' },
  BLOCK_SIGNUPS: { label: 'Block sign-ups', hint: 'Nobody can register at the company until it is undone.' },
  DISABLE_PROVIDER: { label: 'Disable a provider', hint: 'Nobody of the company can sign in by this identity provider until it is undone.' },
  FORCE_LOGOUT: { label: 'Sign everybody out', hint: 'Ends every session of the company. It cannot be undone: people have to sign in again.' },
};
const ORDER: readonly IncidentActionKind[] = ['APPLY_RECOMMENDED_FLAGS', 'BLOCK_SIGNUPS', 'DISABLE_PROVIDER', 'FORCE_LOGOUT'];

/** Signing people out is a deed and no state: there is nothing to go back to. */
const canBeUndone = ({ kind, rolledBackAt }: IncidentMeasureFragment): boolean => rolledBackAt === null && kind !== 'FORCE_LOGOUT';

function FlagChoice({ flags }: { readonly flags: IncidentWholeFragment['recommendedFlags'] }) {
  return (
    <Stack gap={6}>
      {flags.map(({ key, value, reason }) => (
        <Checkbox key={key} name="keys" value={key} defaultChecked label={`${key} → ${textOf(value)}`} description={reason} />
      ))}
    </Stack>
  );
}

function Done({ measure, busy, onUndo }: { readonly measure: IncidentMeasureFragment; readonly busy: boolean; readonly onUndo: () => void }) {
  const { kind, reason, appliedAt, rolledBackAt, changes } = measure;
  return (
    <Paper p="sm" radius="md">
      <Group justify="space-between" gap="xs" align="flex-start">
        <div>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {KINDS[kind].label}
            </Text>
            {rolledBackAt && (
              <Badge color="gray" tt="none">
                Undone
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {momentOf(appliedAt)} · {reason}
          </Text>
        </div>
        {canBeUndone(measure) && (
          <Button size="xs" variant="default" leftSection={<IconArrowBackUp size={14} />} loading={busy} onClick={onUndo}>
            Undo
          </Button>
        )}
      </Group>
      <Table mt={6} verticalSpacing={4} horizontalSpacing="sm" fz="xs" aria-label={`What changed: ${KINDS[kind].label}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Flag</Table.Th>
            <Table.Th>Before</Table.Th>
            <Table.Th>After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ff="monospace">
          {changes.map(({ key, hadOwnBefore, before, after }) => (
            <Table.Tr key={key}>
              <Table.Td>{key}</Table.Td>
              <Table.Td>{hadOwnBefore ? textOf(before) : 'as everyone'}</Table.Td>
              <Table.Td>{rolledBackAt ? <s>{textOf(after)}</s> : textOf(after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

/** What can be done about an incident at its company, what was, and the way back. */
export function IncidentMeasures({ incident }: { readonly incident: IncidentWholeFragment }) {
  const [apply] = useMutation(ApplyIncidentActionDocument);
  const [rollBack] = useMutation(RollbackIncidentActionDocument);
  const { act, busy, refusal, clear } = useAction('AppliedIncidentAction');
  const [asking, setAsking] = useState<IncidentActionKind | null>(null);
  const [blocked, setBlocked] = useState<readonly { readonly key: string; readonly reason: string }[]>([]);
  const { id: incidentId, actions, recommendedFlags } = incident;
  const offered = incident.resolvedAt === null ? ORDER.filter((kind) => kind !== 'APPLY_RECOMMENDED_FLAGS' || recommendedFlags.length > 0) : [];
  if (offered.length + actions.length === 0) return null;

  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (!asking) return;
    const keys = asking === 'APPLY_RECOMMENDED_FLAGS' ? { keys: new FormData(form).getAll('keys').map(String) } : {};
    const provider = asking === 'DISABLE_PROVIDER' ? { provider: fieldIn(form, 'provider') } : {};
    const input = { incidentId, kind: asking, reason: fieldIn(form, 'reason'), ...keys, ...provider };
    const applied = await act(async () => (await apply({ variables: { input } })).data?.applyIncidentAction ?? null);
    if (!applied) return;
    setBlocked(applied.blocked);
    setAsking(null);
  };
  return (
    <Stack gap="sm">
      {!asking && <Refused why={refusal} />}
      {blocked.length > 0 && (
        <Alert color="yellow" role="status" title="Not everything was set">
          <List size="sm">
            {blocked.map(({ key, reason }) => (
              <List.Item key={key}>{reason}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {offered.length > 0 && (
        <Group gap="xs">
          {offered.map((kind) => (
            <Button key={kind} size="xs" variant={kind === 'APPLY_RECOMMENDED_FLAGS' ? 'filled' : 'default'} onClick={() => setAsking(kind)}>
              {KINDS[kind].label}
            </Button>
          ))}
        </Group>
      )}
      {actions.map((measure) => (
        <Done
          key={measure.id}
          measure={measure}
          busy={busy}
          onUndo={() => void act(async () => (await rollBack({ variables: { id: measure.id } })).data?.rollbackIncidentAction ?? null)}
        />
      ))}
      <AskDialog
        open={asking !== null}
        title={asking ? KINDS[asking].label : ''}
        hint={asking ? KINDS[asking].hint : ''}
        verb={asking === 'FORCE_LOGOUT' ? 'Sign them out' : 'Do it'}
        danger={asking === 'FORCE_LOGOUT'}
        busy={busy}
        refusal={refusal}
        onClose={() => {
          clear();
          setAsking(null);
        }}
        onSubmit={(form) => void submit(form)}
      >
        {asking === 'APPLY_RECOMMENDED_FLAGS' && <FlagChoice flags={recommendedFlags} />}
        {asking === 'DISABLE_PROVIDER' && <TextInput name="provider" label="Identity provider" description="As it is called in the company's settings." required withAsterisk={false} maxLength={100} data-autofocus />}
        <ReasonField description="The timeline and the audit trail keep it." focused={asking !== 'DISABLE_PROVIDER'} />
      </AskDialog>
    </Stack>
  );
}
