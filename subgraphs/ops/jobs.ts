/** The jobs that operations asks for: kind to payload. Ids are UUIDs. */
export interface OpsJobs {
  'ops.deliver_webhook': { readonly deliveryId: string };
  'ops.deliver_notification': { readonly logId: string };
  /** What has come together for a person. */
  'ops.send_digest': { readonly userId: string };
}
