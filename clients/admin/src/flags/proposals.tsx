import { useMutation, useQuery } from '@apollo/client/react';
import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { ApproveProposalDocument, PendingProposalsDocument, RejectProposalDocument } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Refused } from '../shared/refused.js';
import { useAction } from '../shared/use-action.js';

const EVERY_MS = 15_000;
const AFTER = ['PendingProposals', 'Flags', 'FlagByKey', 'FlagChanges'];

/** Changes that wait for a second person. @param of only those of this flag */
export function Proposals({ of }: { readonly of?: string }) {
  const { data } = useQuery(PendingProposalsDocument, { pollInterval: EVERY_MS });
  const [approve] = useMutation(ApproveProposalDocument, { refetchQueries: AFTER });
  const [reject] = useMutation(RejectProposalDocument, { refetchQueries: AFTER });
  const { act, busy, refusal } = useAction('FlagProposal');
  const waiting = (data?.flagProposals?.edges ?? []).map(({ node }) => node).filter(({ key }) => of === undefined || key === of);
  if (waiting.length === 0) return null;
  return (
    <Paper component="section" aria-labelledby="proposals" p="md">
      <Title order={2} id="proposals" mb="sm">
        Waiting for a second person
      </Title>
      <Stack>
        <Refused why={refusal} />
        {waiting.map(({ id, key, change, reason, proposedAt }) => (
          <div key={id}>
            <Group justify="space-between" gap="xs">
              <div>
                <Text size="sm" fw={600} ff="monospace">
                  {key}
                </Text>
                <Text size="xs" c="dimmed">
                  {reason} · <Ago at={proposedAt} />
                </Text>
              </div>
              <Group gap="xs">
                <Button
                  size="xs"
                  loading={busy}
                  aria-label={`Approve the change of ${key}`}
                  onClick={() => void act(async () => (await approve({ variables: { id } })).data?.approveFlagProposal ?? null)}
                >
                  Approve
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={busy}
                  aria-label={`Reject the change of ${key}`}
                  onClick={() => void act(async () => (await reject({ variables: { id } })).data?.rejectFlagProposal ?? null)}
                >
                  Reject
                </Button>
              </Group>
            </Group>
            <Code block mt={6} fz="xs" tabIndex={0} role="region" aria-label={`The change of ${key}`}>
              {JSON.stringify(change, null, 2)}
            </Code>
          </div>
        ))}
      </Stack>
    </Paper>
  );
}
