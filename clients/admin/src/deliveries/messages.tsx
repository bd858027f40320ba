import { useMutation, useQuery } from '@apollo/client/react';
import { Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { MessagesDocument, ResendMessageDocument, type NotificationChannel, type NotificationStatus } from '../graph/operations.generated.js';
import { useAction } from '../shared/use-action.js';
import { wordsOf } from '../shared/words.js';
import { DeliveryTable, StatusFilter } from './delivery-table.js';

const STATUSES: readonly NotificationStatus[] = ['PENDING', 'SENT', 'FAILED', 'BOUNCED'];
const CHANNELS: readonly NotificationChannel[] = ['SMS', 'PUSH', 'EMAIL', 'SLACK', 'PAGERDUTY'];
const channelNames: Readonly<Record<NotificationChannel, string>> = { SMS: 'SMS', PUSH: 'Browser', EMAIL: 'Mail', SLACK: 'Slack', PAGERDUTY: 'PagerDuty' };
const EVERY_MS = 15_000;

/** What people and teams of every company were told outside of the application. */
export function Messages() {
  const [which, setWhich] = useState('ALL');
  const [by, setBy] = useState('');
  const status = STATUSES.find((one) => one === which);
  const channel = CHANNELS.find((one) => one === by);
  const variables = { ...(status ? { status } : {}), ...(channel ? { channel } : {}) };
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(MessagesDocument, { variables, pollInterval: EVERY_MS });
  const [resend] = useMutation(ResendMessageDocument);
  const { act, busy, refusal } = useAction('NotificationLog');
  const shown = (data ?? previousData)?.notificationLogs ?? undefined;
  return (
    <>
      <Group gap="xs">
        <StatusFilter of="messages" statuses={STATUSES} value={which} onChange={setWhich} />
        <NativeSelect
          aria-label="By what"
          value={by}
          onChange={(event) => setBy(event.currentTarget.value)}
          data={[{ value: '', label: 'By anything' }, ...CHANNELS.map((value) => ({ value, label: channelNames[value] }))]}
        />
      </Group>
      <DeliveryTable
        what="messages"
        columns={['By', 'Company', 'About']}
        deliveries={shown?.edges.map(({ node: { id, channel: via, tenant, kind, attempts, errorMessage, createdAt, sentAt, ...message } }) => ({
          id,
          name: `the message by ${channelNames[via]}`,
          cells: [channelNames[via], tenant?.name ?? 'The platform', wordsOf(kind)],
          status: message.status,
          attempts,
          failure: errorMessage,
          at: sentAt ?? createdAt,
          again: message.status === 'FAILED' || message.status === 'BOUNCED',
        }))}
        query={{ error, loading, refetch }}
        page={shown?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
        again={{ busy, refusal, send: (id) => act(async () => (await resend({ variables: { id } })).data?.resendNotification ?? null) }}
      />
    </>
  );
}
