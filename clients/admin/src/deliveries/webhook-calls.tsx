import { useMutation, useQuery } from '@apollo/client/react';
import { Code, Text } from '@mantine/core';
import { useState } from 'react';
import { RedeliverDocument, WebhookCallsDocument, type WebhookDeliveryRowFragment, type WebhookDeliveryStatus } from '../graph/operations.generated.js';
import { useAction } from '../shared/use-action.js';
import { DeliveryTable, StatusFilter } from './delivery-table.js';

const STATUSES: readonly WebhookDeliveryStatus[] = ['PENDING', 'DELIVERED', 'FAILED'];
const EVERY_MS = 15_000;

/** What the last call came to; null for one that was taken, or none. */
const lastFailure = (log: WebhookDeliveryRowFragment['log']): string | null => {
  const last = log.at(-1);
  return last?.failure ? `${last.failure}, in ${last.milliseconds} ms` : null;
};

/** What addresses of every company were told. */
export function WebhookCalls() {
  const [which, setWhich] = useState('ALL');
  const status = STATUSES.find((one) => one === which);
  const variables = status ? { status } : {};
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(WebhookCallsDocument, { variables, pollInterval: EVERY_MS });
  const [redeliver] = useMutation(RedeliverDocument);
  const { act, busy, refusal } = useAction('WebhookDelivery');
  const shown = (data ?? previousData)?.webhookDeliveries ?? undefined;
  return (
    <>
      <StatusFilter of="calls" statuses={STATUSES} value={which} onChange={setWhich} />
      <DeliveryTable
        what="calls of webhooks"
        columns={['Address', 'Company', 'What']}
        deliveries={shown?.edges.map(({ node: { id, url, messageId, tenant, eventType, attempts, log, createdAt, deliveredAt, ...call } }) => ({
          id,
          name: `${eventType} to ${url}`,
          cells: [
            <div key="address">
              <Text size="sm">{url}</Text>
              <Text size="xs" c="dimmed" ff="monospace">
                {messageId}
              </Text>
            </div>,
            tenant?.name ?? 'The platform',
            <Code key="event">{eventType}</Code>,
          ],
          status: call.status,
          attempts,
          failure: lastFailure(log),
          at: deliveredAt ?? createdAt,
          again: call.status !== 'PENDING',
        }))}
        query={{ error, loading, refetch }}
        page={shown?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
        again={{ busy, refusal, send: (id) => act(async () => (await redeliver({ variables: { deliveryId: id } })).data?.redeliverWebhook ?? null) }}
      />
    </>
  );
}
