import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createAuditService } from './audit/audit.service.js';
import { createAuthLogService } from './auth-log/auth-log.service.js';
import { securitySignalsRoute } from './auth-log/security-signals.route.js';
import { createDetectionService } from './detection/detection.service.js';
import { lookAgainAtUnquietTenants } from './detection/look-again-at-unquiet-tenants.schedule.js';
import type { OpsEvents } from './events.js';
import { databaseCheck, redisCheck, stripeCheck } from './health/health-checks.js';
import { createHealthService } from './health/health.service.js';
import { createIncidentLiveService } from './incident/incident-live.service.js';
import { createIncidentRecorder } from './incident/incident-recorder.js';
import { createIncidentLoaders } from './incident/incident.loader.js';
import { createIncidentService } from './incident/incident.service.js';
import { createSpineResponseService } from './incident/spine-response.service.js';
import { deliverDueMails } from './mail/deliver-due-mails.schedule.js';
import { createLogTransport } from './mail/log-transport.js';
import { createMailService } from './mail/mail.service.js';
import { createSmtpTransport } from './mail/smtp.js';
import { createNotificationLoader } from './notification/notification.loader.js';
import { createNotificationService } from './notification/notification.service.js';
import { createNotifier } from './notification/notifier.js';
import { keepRecipientWhenMembershipIsGranted } from './reactions/keep-recipient-when-membership-is-granted.js';
import { logSignalWhenLoginFails } from './reactions/log-signal-when-login-fails.js';
import { logSignalWhenPaymentFails } from './reactions/log-signal-when-payment-fails.js';
import { logSignalWhenProofIsRefused } from './reactions/log-signal-when-proof-is-refused.js';
import { logSignalWhenRefreshTokenIsReused } from './reactions/log-signal-when-refresh-token-is-reused.js';
import { lookForIncidentsWhenAsked } from './reactions/look-for-incidents-when-asked.js';
import { notifyClientWhenBookingIsConfirmed } from './reactions/notify-client-when-booking-is-confirmed.js';
import { notifyOwnersWhenBookingIsConfirmed } from './reactions/notify-owners-when-booking-is-confirmed.js';
import { notifyOwnersWhenIncidentIsRaised } from './reactions/notify-owners-when-incident-is-raised.js';
import { notifyOwnersWhenPaymentSucceeds } from './reactions/notify-owners-when-payment-succeeds.js';
import { queueMailWhenAsked } from './reactions/queue-mail-when-asked.js';
import { recordAuditEntries } from './reactions/record-audit-entries.js';
import { rememberTenantWhenItChanges } from './reactions/remember-tenant-when-it-changes.js';
import { rememberTenantWhenItIsCreated } from './reactions/remember-tenant-when-it-is-created.js';
import { rememberTenantWhenItsStatusChanges } from './reactions/remember-tenant-when-its-status-changes.js';
import { schema } from './schema.js';
import type { OpsServices } from './services.js';
import type { OpsEnvironment } from './spine/environment.js';

export interface OpsConfig {
  /** `development`, `test`, `staging` or `production`. */
  readonly environment: string;
  readonly stripe: {
    /** Empty where payments are taken by another process: then Stripe is not watched from here. */
    readonly secretKey: string;
    /** Another server that speaks Stripe's protocol; Stripe itself when undefined. */
    readonly apiBase: string | undefined;
  };
  readonly mail: {
    /** Where mails go, by SMTP; undefined where none are sent from this process. */
    readonly smtpUrl: string | undefined;
    /** Address they are sent from. */
    readonly from: string;
  };
  /** Redis in use, to be watched; undefined without one. */
  readonly redisUrl: string | undefined;
}

/** The environment by the spine's name. */
function opsEnvironment(environment: string): OpsEnvironment {
  if (environment === 'production') return 'prod';
  return environment === 'staging' ? 'staging' : 'dev';
}

/** What goes wrong, who did what, and who has to know. */
export function createOps(runtime: SubgraphRuntime, config: OpsConfig): Subgraph<OpsServices> {
  const { database, tail, clock, logger } = runtime;
  const { tenants, platform } = database;
  const env = opsEnvironment(config.environment);
  const outbox = runtime.outbox.for<OpsEvents>();

  const recorder = createIncidentRecorder(outbox);
  const detection = createDetectionService({ database, outbox, incidents: recorder });
  const authLog = createAuthLogService(database, detection);
  const audit = createAuditService(database, env);
  const notifier = createNotifier(outbox);
  const { smtpUrl, from } = config.mail;
  const transport = smtpUrl === undefined ? createLogTransport(logger) : createSmtpTransport(smtpUrl, from);
  const mails = createMailService({ database, secretBox: runtime.secretBox, transport });
  const checks = [
    databaseCheck(platform),
    ...(config.redisUrl === undefined ? [] : [redisCheck(config.redisUrl)]),
    ...(config.stripe.secretKey === '' ? [] : [stripeCheck(config.stripe.apiBase)]),
  ];

  return {
    name: 'ops',
    schema,
    services: {
      audit,
      authLog,
      detection,
      incidents: createIncidentService({ database, outbox, loaders: createIncidentLoaders(database), detection }),
      incidentLive: createIncidentLiveService(tail),
      spineResponse: createSpineResponseService(),
      notifications: createNotificationService({ tenants, tail, loader: createNotificationLoader(tenants) }),
      mails,
      health: createHealthService(env, checks, clock),
    },
    reactions: [
      rememberTenantWhenItIsCreated(detection),
      rememberTenantWhenItChanges(detection),
      rememberTenantWhenItsStatusChanges(detection),
      ...recordAuditEntries(audit),
      logSignalWhenLoginFails(authLog),
      logSignalWhenProofIsRefused(authLog),
      logSignalWhenRefreshTokenIsReused(authLog),
      logSignalWhenPaymentFails(authLog),
      lookForIncidentsWhenAsked(detection),
      keepRecipientWhenMembershipIsGranted(notifier),
      notifyOwnersWhenBookingIsConfirmed(notifier),
      notifyClientWhenBookingIsConfirmed(notifier),
      notifyOwnersWhenPaymentSucceeds(notifier),
      notifyOwnersWhenIncidentIsRaised(notifier, recorder),
      ...queueMailWhenAsked(mails),
    ],
    routes: [securitySignalsRoute({ tenants, authLog, detection, clock, logger })],
    schedules: [lookAgainAtUnquietTenants(detection), deliverDueMails(mails)],
    close: () => transport.close(),
  };
}
