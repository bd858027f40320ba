import type { SmsRequested } from '../_kernel/sms/sms.js';

/** The jobs that operations asks for: kind to payload. Ids are UUIDs. */
export interface OpsJobs {
  /** A witness, by the name of its key, is to see a signed head of a company's audit log. */
  'ops.ask_witness': { readonly tenantId: string; readonly size: number; readonly witness: string };
  /** Those who run the platform are told. */
  'ops.tell_admins': { readonly incidentId: string };
  'ops.deliver_webhook': { readonly deliveryId: string };
  'ops.deliver_notification': { readonly logId: string };
  /** `senderName` is the company in whose name it is sent. */
  'ops.send_sms': SmsRequested & { readonly senderName: string };
  /** What has come together for a person. */
  'ops.send_digest': { readonly userId: string };
}
