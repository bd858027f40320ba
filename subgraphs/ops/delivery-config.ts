import type { AdminAlerts } from './notification/admins/admin-alerts.js';
import type { PushConfig } from './notification/channels/push.js';
import type { SmsConfig } from './notification/channels/sms.js';

/** A witness by C2SP tlog-witness. */
export interface WitnessConfig {
  /** Where it takes checkpoints. */
  readonly url: string;
  /** What its co-signatures are checked with: `name+hash+key`. */
  readonly verifierKey: string;
}

/** How what goes out to companies and people leaves the platform. */
export interface DeliveryConfig {
  /** Names and addresses that may be called although they are not on the internet, also by http. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Undefined where none are sent from this process, as with the next two. */
  readonly sms?: SmsConfig | undefined;
  readonly push?: PushConfig | undefined;
  /** Mails by Resend rather than by SMTP. */
  readonly resend?:
    | {
        readonly apiKey: string;
        readonly from: string;
        readonly apiBase?: string | undefined;
        /** What Resend signs its calls with; bounces are not heard of without it. */
        readonly webhookSecret?: string | undefined;
      }
    | undefined;
  /** Who is shown every signed head of the audit logs, and co-signs it; nobody when undefined. */
  readonly witnesses?: readonly WitnessConfig[] | undefined;
  /** How those who run the platform hear of incidents; not at all when undefined. */
  readonly adminAlerts?: AdminAlerts | undefined;
  /** A server that speaks PagerDuty's protocol; PagerDuty itself when undefined. */
  readonly pagerDutyBase?: string | undefined;
}
