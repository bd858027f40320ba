import { useMutation } from '@apollo/client/react';
import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import {
  AcknowledgeIncidentDocument,
  MitigateIncidentDocument,
  ResolveIncidentDocument,
  type IncidentStatus,
  type IncidentWholeFragment,
} from '../graph/operations.generated.js';
import { useStepUp } from '../session/step-up.js';

const NOTED = {
  mitigate: { title: 'It does no more harm', button: 'Mark as mitigated', hint: 'What was done about it.' },
  resolve: { title: 'It is over', button: 'Resolve', hint: 'What it was, and how it ended.' },
} as const;
type Noted = keyof typeof NOTED;

interface Outcome {
  readonly __typename: string;
  readonly message?: string;
}

/** What may be done to an incident next. */
const nextOf: Readonly<Record<string, readonly ('acknowledge' | Noted)[]>> = {
  OPEN: ['acknowledge', 'mitigate', 'resolve'],
  ACKNOWLEDGED: ['mitigate', 'resolve'],
  MITIGATED: ['resolve'],
} satisfies Partial<Record<IncidentStatus, readonly ('acknowledge' | Noted)[]>>;

/** Takes an incident on: somebody is on it, it does no more harm, it is over. */
export function IncidentActions({ incident: { id, status } }: { readonly incident: IncidentWholeFragment }) {
  const withStepUp = useStepUp();
  const [acknowledge, acknowledging] = useMutation(AcknowledgeIncidentDocument);
  const [mitigate, mitigating] = useMutation(MitigateIncidentDocument);
  const [resolve, resolving] = useMutation(ResolveIncidentDocument);
  const [noting, setNoting] = useState<Noted | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const next = nextOf[status] ?? [];
  const busy = acknowledging.loading || mitigating.loading || resolving.loading;

  const act = async (action: () => Promise<Outcome | null>): Promise<void> => {
    setRefusal(null);
    const outcome = await withStepUp(action).catch((error: unknown) => ({
      __typename: 'Failure',
      message: error instanceof Error ? error.message : 'The platform gave no answer',
    }));
    setNoting(null);
    if (outcome && outcome.__typename !== 'Incident') setRefusal(outcome.message ?? 'It was refused');
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('note');
    const variables = { id, note: typeof given === 'string' ? given : '' };
    void act(async () =>
      noting === 'mitigate'
        ? ((await mitigate({ variables })).data?.mitigateIncident ?? null)
        : ((await resolve({ variables })).data?.resolveIncident ?? null),
    );
  };

  if (next.length === 0) return null;
  return (
    <Stack gap="sm">
      {refusal && (
        <Alert color="red" role="alert">
          {refusal}
        </Alert>
      )}
      <Group gap="xs">
        {next.includes('acknowledge') && (
          <Button loading={busy} onClick={() => void act(async () => (await acknowledge({ variables: { id } })).data?.acknowledgeIncident ?? null)}>
            I am on it
          </Button>
        )}
        {next.includes('mitigate') && (
          <Button variant="default" disabled={busy} onClick={() => setNoting('mitigate')}>
            {NOTED.mitigate.button}
          </Button>
        )}
        {next.includes('resolve') && (
          <Button variant="default" disabled={busy} onClick={() => setNoting('resolve')}>
            {NOTED.resolve.button}
          </Button>
        )}
      </Group>
      <Modal
        opened={noting !== null}
        onClose={() => setNoting(null)}
        title={noting ? NOTED[noting].title : ''}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit}>
          <Stack>
            <Textarea
              name="note"
              label="Note for the timeline"
              description={noting ? NOTED[noting].hint : ''}
              required
              withAsterisk={false}
              autosize
              minRows={3}
              data-autofocus
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setNoting(null)}>
                Cancel
              </Button>
              <Button type="submit" loading={busy}>
                {noting ? NOTED[noting].button : ''}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Stack>
  );
}
