import { useMutation } from '@apollo/client/react';
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import {
  AcknowledgeIncidentDocument,
  MitigateIncidentDocument,
  ResolveIncidentDocument,
  WritePostmortemDocument,
  type IncidentStatus,
  type IncidentWholeFragment,
} from '../graph/operations.generated.js';
import { AskDialog } from '../shared/ask-dialog.js';
import { fieldIn } from '../shared/form.js';
import { Refused } from '../shared/refused.js';
import { useAction } from '../shared/use-action.js';

const NOTED = {
  mitigate: { title: 'It does no more harm', button: 'Mark as mitigated', label: 'Note for the timeline', hint: 'What was done about it.' },
  resolve: { title: 'It is over', button: 'Resolve', label: 'Note for the timeline', hint: 'What it was, and how it ended.' },
  postmortem: { title: 'What was learnt', button: 'Write the postmortem', label: 'Postmortem', hint: 'Why it came about, and what will be done so that it does not again.' },
} as const;
type Noted = keyof typeof NOTED;

/** What may be done to an incident next. */
const nextOf: Readonly<Record<string, readonly ('acknowledge' | Noted)[]>> = {
  OPEN: ['acknowledge', 'mitigate', 'resolve'],
  ACKNOWLEDGED: ['mitigate', 'resolve'],
  MITIGATED: ['resolve'],
  RESOLVED: ['postmortem'],
} satisfies Partial<Record<IncidentStatus, readonly ('acknowledge' | Noted)[]>>;

/** Takes an incident on: somebody is on it, it does no more harm, it is over, something was learnt. */
export function IncidentActions({ incident: { id, status } }: { readonly incident: IncidentWholeFragment }) {
  const [acknowledge] = useMutation(AcknowledgeIncidentDocument);
  const [mitigate] = useMutation(MitigateIncidentDocument);
  const [resolve] = useMutation(ResolveIncidentDocument);
  const [write] = useMutation(WritePostmortemDocument);
  const { act, busy, refusal, clear } = useAction('Incident');
  const [noting, setNoting] = useState<Noted | null>(null);
  const next = nextOf[status] ?? [];

  const say: Readonly<Record<Noted, (note: string) => Promise<unknown>>> = {
    mitigate: (note) => act(async () => (await mitigate({ variables: { id, note } })).data?.mitigateIncident ?? null),
    resolve: (note) => act(async () => (await resolve({ variables: { id, note } })).data?.resolveIncident ?? null),
    postmortem: (text) => act(async () => (await write({ variables: { id, text } })).data?.writeIncidentPostmortem ?? null),
  };

  if (next.length === 0) return null;
  const asked = noting && NOTED[noting];
  return (
    <Stack gap="sm">
      {!noting && <Refused why={refusal} />}
      <Group gap="xs">
        {next.map((step) =>
          step === 'acknowledge' ? (
            <Button key={step} loading={busy} onClick={() => void act(async () => (await acknowledge({ variables: { id } })).data?.acknowledgeIncident ?? null)}>
              I am on it
            </Button>
          ) : (
            <Button key={step} variant="default" disabled={busy} onClick={() => setNoting(step)}>
              {NOTED[step].button}
            </Button>
          ),
        )}
      </Group>
      <AskDialog
        open={noting !== null}
        title={asked?.title ?? ''}
        verb={asked?.button ?? ''}
        busy={busy}
        refusal={refusal}
        onClose={() => {
          clear();
          setNoting(null);
        }}
        onSubmit={(form) => {
          if (noting) void say[noting](fieldIn(form, 'note')).then((done) => (done ? setNoting(null) : undefined));
        }}
      >
        <Textarea name="note" label={asked?.label ?? ''} description={asked?.hint ?? ''} required withAsterisk={false} autosize minRows={3} data-autofocus />
      </AskDialog>
    </Stack>
  );
}
