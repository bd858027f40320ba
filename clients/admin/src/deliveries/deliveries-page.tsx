import { Stack, Tabs } from '@mantine/core';
import { PageHead } from '../shared/page-head.js';
import { Mails } from './mails.js';
import { Messages } from './messages.js';
import { WebhookCalls } from './webhook-calls.js';

const KINDS = [
  { value: 'mails', label: 'Mails', Log: Mails },
  { value: 'messages', label: 'SMS, browsers and teams', Log: Messages },
  { value: 'webhooks', label: 'Webhooks', Log: WebhookCalls },
] as const;

/** What was sent, whether it arrived, and once more what did not. */
export function DeliveriesPage() {
  return (
    <>
      <PageHead title="Deliveries" hint="What went out to people and addresses of every company, newest first." />
      <Tabs defaultValue="mails" keepMounted={false}>
        <Tabs.List mb="md">
          {KINDS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {KINDS.map(({ value, Log }) => (
          <Tabs.Panel key={value} value={value}>
            <Stack>
              <Log />
            </Stack>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
