import { z } from 'zod';
import { handleJob, type JobHandler, type JobOutcome, type RetryPolicy } from '../../_kernel/jobs/job.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import { SMS_PURPOSE, type Sms } from '../../_kernel/sms/sms.js';
import type { OpsJobs } from '../jobs.js';
import { DeliveryRefusedError } from '../notification/channels/channel.js';
import type { SmsSender } from '../notification/channels/sms.js';
import { textOfSms } from './sms-texts.js';

/** Somebody waits for it with the telephone in her hand. */
const SOON: RetryPolicy = { firstPauseMs: 2_000, longestPauseMs: 60_000 };

/** What was sealed; what it holds was made by us, so only its shape is looked at. */
const sealedSms = z.object({ to: z.string(), values: z.record(z.string(), z.unknown()) });

const failed = (failure: string, final = true): JobOutcome => ({ is: 'FAILED', failure, final });

/** Sends a message that another subgraph asked for, as long as it is of use. */
export const sendSms = (parts: { readonly secretBox: SecretBox; readonly sms: SmsSender | undefined }): JobHandler =>
  handleJob<OpsJobs>()('ops.send_sms', {
    retry: SOON,
    async run({ clock }, { payload: { template, sealed, validUntil, senderName } }, signal) {
      if (sealed === '') return { is: 'DONE' };
      if (clock.now() >= new Date(validUntil)) return failed('It is of no use any more');
      if (!parts.sms) return failed('No SMS can be sent from here');
      const { to, values } = sealedSms.parse(JSON.parse(parts.secretBox.open(sealed, SMS_PURPOSE)));
      // The event was written from an `Sms`, whose template and values belong together.
      const text = textOfSms({ template, values } as unknown as Sms, senderName);
      try {
        await parts.sms.send(to, text, signal);
        return { is: 'DONE' };
      } catch (error) {
        if (!(error instanceof DeliveryRefusedError)) throw error;
        return failed(error.message, error.final);
      }
    },
  });
