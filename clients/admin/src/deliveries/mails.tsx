import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { MailsDocument, ResendMailDocument, type MailStatus } from '../graph/operations.generated.js';
import { useAction } from '../shared/use-action.js';
import { wordsOf } from '../shared/words.js';
import { DeliveryTable, StatusFilter } from './delivery-table.js';

const STATUSES: readonly MailStatus[] = ['PENDING', 'SENT', 'FAILED'];
const EVERY_MS = 15_000;

/** Mails of every company. */
export function Mails() {
  const [which, setWhich] = useState('ALL');
  const status = STATUSES.find((one) => one === which);
  const variables = status ? { status } : {};
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(MailsDocument, { variables, pollInterval: EVERY_MS });
  const [resend] = useMutation(ResendMailDocument);
  const { act, busy, refusal } = useAction('Mail');
  const shown = (data ?? previousData)?.mails ?? undefined;
  return (
    <>
      <StatusFilter of="mails" statuses={STATUSES} value={which} onChange={setWhich} />
      <DeliveryTable
        what="mails"
        columns={['To', 'Company', 'What']}
        deliveries={shown?.edges.map(({ node: { id, recipient, tenant, template, attempts, failure, createdAt, sentAt, ...mail } }) => ({
          id,
          name: `the mail to ${recipient}`,
          cells: [recipient, tenant?.name ?? 'The platform', wordsOf(template.replaceAll('-', '_'))],
          status: mail.status,
          attempts,
          failure,
          at: sentAt ?? createdAt,
          again: mail.status === 'FAILED',
        }))}
        query={{ error, loading, refetch }}
        page={shown?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
        again={{ busy, refusal, send: (id) => act(async () => (await resend({ variables: { id } })).data?.resendMail ?? null) }}
      />
    </>
  );
}
