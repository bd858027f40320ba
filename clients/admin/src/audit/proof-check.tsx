import { useApolloClient } from '@apollo/client/react';
import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import { AuditProofDocument, type AuditRowFragment } from '../graph/operations.generated.js';
import { checkInclusion, type Verdict } from './proof.js';

/** Asks for what proves an entry and reckons it through, in this browser. */
export function ProofCheck({ entry }: { readonly entry: AuditRowFragment }) {
  const graph = useApolloClient();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [busy, setBusy] = useState(false);

  const prove = async (): Promise<Verdict> => {
    const { data } = await graph.query({
      query: AuditProofDocument,
      variables: { entryId: entry.id, ...(entry.tenant ? { tenantId: entry.tenant.id } : {}) },
      fetchPolicy: 'no-cache',
    });
    const proof = data?.auditInclusionProof;
    if (!data?.auditLog || !proof) return { holds: false, why: 'The log has not taken the entry in yet; try again in a few seconds.' };
    if (proof.__typename !== 'AuditInclusionProof') return { holds: false, why: proof.message };
    return checkInclusion(proof, { entryId: entry.id.slice(entry.id.indexOf('_') + 1), ...data.auditLog });
  };
  const check = (): void => {
    setBusy(true);
    void prove()
      .catch((error: unknown): Verdict => ({ holds: false, why: error instanceof Error ? error.message : 'It could not be checked.' }))
      .then(setVerdict)
      .finally(() => setBusy(false));
  };

  return (
    <Stack gap="xs" align="flex-start">
      <Button size="xs" variant="default" loading={busy} onClick={check} leftSection={<IconShieldCheck size={16} />}>
        Check the proof here
      </Button>
      {verdict?.holds === true && (
        <Alert color="teal" role="status" icon={<IconShieldCheck />} title="Proved in this browser">
          <Text size="sm">The entry is in the signed log of {verdict.size} entries, unchanged.</Text>
          <Text size="xs" ff="monospace">
            {verdict.root}
          </Text>
        </Alert>
      )}
      {verdict?.holds === false && (
        <Alert color="red" role="alert" icon={<IconShieldX />} title="Not proved">
          {verdict.why}
        </Alert>
      )}
    </Stack>
  );
}
