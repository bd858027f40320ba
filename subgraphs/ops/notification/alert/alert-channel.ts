import { z } from 'zod';
import { lineSchema } from '../../../_kernel/validation/text.js';

/** Places of a team that a company may have. */
export const MOST_ALERT_CHANNELS = 10;

export const alertChannelSchema = z
  .object({
    name: lineSchema(100),
    slackWebhookUrl: z.string().trim().nullish(),
    pagerDutyRoutingKey: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9]{32}$/, 'must be 32 letters and digits')
      .nullish(),
  })
  .refine(
    ({ slackWebhookUrl, pagerDutyRoutingKey }) => (slackWebhookUrl == null) !== (pagerDutyRoutingKey == null),
    'must hold exactly one of slackWebhookUrl and pagerDutyRoutingKey',
  );

/** Sealed for one channel of one company, so that it opens nothing when it is put somewhere else. */
export const alertPurpose = (tenantId: string, channelId: string): string => `ops.alert-channel:${tenantId}:${channelId}`;
