import type { Outbox } from '../_kernel/events/outbox.js';
import type { Reaction } from '../_kernel/events/reaction.js';
import type { JobHandler } from '../_kernel/jobs/job.js';
import { createJobQueue } from '../_kernel/jobs/job-queue.js';
import type { Schedule } from '../_kernel/jobs/schedule.js';
import type { SubgraphRuntime } from '../_kernel/subgraph.js';
import type { SubgraphRoute } from '../_kernel/wire/subgraph-route.js';
import type { DeliveryConfig } from './delivery-config.js';
import type { OpsEvents } from './events.js';
import { createJobService, type JobService } from './job/job.service.js';
import type { OpsJobs } from './jobs.js';
import { createLogTransport } from './mail/log-transport.js';
import type { MailTransport } from './mail/mail-transport.js';
import { createResendTransport } from './mail/resend.js';
import { createSmtpTransport } from './mail/smtp.js';
import { tellAdmins } from './notification/admins/tell-admins.job.js';
import { createAlertChannelService, type AlertChannelService } from './notification/alert/alert-channel.service.js';
import { createPushSender } from './notification/channels/push.js';
import { createSmsSender } from './notification/channels/sms.js';
import { createTeamSender } from './notification/channels/team.js';
import { bouncesRoute } from './notification/delivery/bounces.route.js';
import { deliverNotification, sendDigest } from './notification/delivery/deliver-notification.job.js';
import { forgetOldNotificationLog } from './notification/delivery/forget-old-log.schedule.js';
import { createNotificationLogService, type NotificationLogService } from './notification/delivery/notification-log.service.js';
import { createDeliveryPlanner } from './notification/delivery/planner.js';
import { createSender } from './notification/delivery/sender.js';
import { createNotifier, type Notifier } from './notification/notifier.js';
import { createNotificationSettingsService, type NotificationSettingsService } from './notification/settings/settings.service.js';
import { createOutgoing } from './outgoing/outgoing.js';
import type { IncidentRecorder } from './incident/incident-recorder.js';
import type { FindTenant } from './reach.js';
import { callIntegrationsWhileTheyAreEnabled } from './reactions/call-integrations-while-they-are-enabled.js';
import { sendSmsWhenAsked } from './reactions/send-sms-when-asked.js';
import { tellAdminsWhenIncidentIsRaised } from './reactions/tell-admins-when-incident-is-raised.js';
import { deliverWebhooks } from './reactions/deliver-webhooks.js';
import { sendSms } from './sms/send-sms.job.js';
import { deliverWebhook } from './webhook/deliver-webhook.job.js';
import { forgetOldMessages } from './webhook/forget-old-messages.schedule.js';
import { createWebhookAttemptLoader } from './webhook/webhook-attempt.loader.js';
import { createWebhookDeliveryService, type WebhookDeliveryService } from './webhook/webhook-delivery.service.js';
import { createWebhookService, type WebhookService } from './webhook/webhook.service.js';

export interface DeliveryServices {
  readonly jobs: JobService;
  readonly webhooks: WebhookService;
  readonly webhookDeliveries: WebhookDeliveryService;
  readonly notificationSettings: NotificationSettingsService;
  readonly notificationLog: NotificationLogService;
  readonly alertChannels: AlertChannelService;
  /** Key by which browsers subscribe; null where no push is sent. */
  readonly pushPublicKey: string | null;
}

/** What goes out to companies and people, and the work that brings it there. */
export interface Deliveries {
  readonly transport: MailTransport;
  readonly notifier: Notifier;
  readonly services: DeliveryServices;
  readonly reactions: readonly Reaction[];
  readonly jobs: readonly JobHandler[];
  readonly routes: readonly SubgraphRoute[];
  readonly schedules: readonly Schedule[];
  close(): void;
}

type MailConfig = { readonly smtpUrl: string | undefined; readonly from: string };

const hostOf = (url: string | undefined): readonly string[] => (url === undefined ? [] : [new URL(url).hostname]);

export function createDeliveries(
  runtime: SubgraphRuntime,
  config: DeliveryConfig & { readonly mail: MailConfig; readonly appName: string },
  outbox: Outbox<OpsEvents>,
  found: { readonly findTenant: FindTenant; readonly incidents: Pick<IncidentRecorder, 'recorded' | 'isFirstToCallFor'> },
): Deliveries {
  const { database, secretBox, signal, logger, clock } = runtime;
  const { tenants, platform } = database;
  const { resend, mail, pagerDutyBase, adminAlerts, appName } = config;
  const { findTenant, incidents } = found;
  const queue = createJobQueue<OpsJobs>('ops', runtime);
  const outgoing = createOutgoing({ allowedHosts: config.allowedHosts ?? [] });
  // Where whoever runs the platform has said that something is: nobody else chooses these addresses.
  const adminUrl = adminAlerts?.mode === 'webhook' ? adminAlerts.url : undefined;
  const chosen = [resend?.apiBase, config.sms?.apiBase, pagerDutyBase, adminUrl].flatMap(hostOf);
  const providers = createOutgoing({ allowedHosts: chosen });

  const bySmtp = () => (mail.smtpUrl === undefined ? createLogTransport(logger) : createSmtpTransport(mail.smtpUrl, mail.from));
  const transport = resend === undefined ? bySmtp() : createResendTransport(resend, providers);
  const sms = config.sms && createSmsSender(config.sms, providers);
  const push = config.push && createPushSender(config.push, outgoing);
  // Slack is where a company says, PagerDuty where the platform does.
  const slack = createTeamSender(outgoing);
  const byProvider = createTeamSender(providers, pagerDutyBase);
  const team = {
    send: (...[channel, ...rest]: Parameters<typeof slack.send>) => (channel === 'SLACK' ? slack : byProvider).send(channel, ...rest),
  };

  const notifier = createNotifier(outbox, createDeliveryPlanner(queue, runtime.flags));
  const sender = createSender({ tenants, secretBox, transport, team, sms, push, flags: runtime.flags });
  const webhookDeliveries = createWebhookDeliveryService({ database, queue, attempts: createWebhookAttemptLoader(database), findTenant });
  const notificationLog = createNotificationLogService({ database, queue, findTenant });
  return {
    transport,
    notifier,
    services: {
      jobs: createJobService(platform, signal),
      webhooks: createWebhookService({ tenants, outbox, secretBox, outgoing }),
      webhookDeliveries,
      notificationSettings: createNotificationSettingsService({ tenants, secretBox, outgoing, sms }),
      notificationLog,
      alertChannels: createAlertChannelService({ tenants, secretBox, outgoing }),
      pushPublicKey: config.push?.publicKey ?? null,
    },
    reactions: [
      callIntegrationsWhileTheyAreEnabled(secretBox),
      ...deliverWebhooks(webhookDeliveries),
      sendSmsWhenAsked(queue, runtime.flags),
      ...(adminAlerts ? tellAdminsWhenIncidentIsRaised(queue, incidents) : []),
    ],
    jobs: [
      deliverWebhook({ tenants, outbox, secretBox, outgoing, notifier }),
      deliverNotification(tenants, sender),
      sendDigest(tenants, sender),
      sendSms({ secretBox, sms }),
      tellAdmins({ tenants, alerts: adminAlerts, appName, transport, slack: byProvider }),
    ],
    routes: resend?.webhookSecret === undefined ? [] : [bouncesRoute({ log: notificationLog, clock, secret: resend.webhookSecret })],
    schedules: [forgetOldMessages(platform), forgetOldNotificationLog(platform)],
    close() {
      transport.close();
      outgoing.close();
      providers.close();
    },
  };
}
