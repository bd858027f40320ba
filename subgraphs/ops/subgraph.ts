import type { MutationEvents } from '../_kernel/mutations/mutation-answered.js';
import type { ObjectStore } from '../_kernel/files/object-store.js';
import type { RefusalEvents } from '../_kernel/mutations/requests-refused.js';
import { createMailDesk } from '../_kernel/mail/mail-desk.js';
import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { createAuditService } from './audit/audit.service.js';
import { archiveOldEntries } from './audit/archive/archive-old-entries.schedule.js';
import { createArchivedEntries } from './audit/archive/archived-entries.js';
import { createAuditArchiveService } from './audit/archive/audit-archive.service.js';
import { createAuditArchiver } from './audit/archive/audit-archiver.js';
import { createAuditExportService } from './audit/export/audit-export.service.js';
import { createAuditLogService } from './audit/log/audit-log.service.js';
import { growAuditTrees } from './audit/log/grow-audit-trees.schedule.js';
import { createTreeGrower } from './audit/log/grow-tree.js';
import { createAuditKeys } from './audit/log/signing-key.js';
import { createAskedWitnesses } from './audit/witness/create-asked-witnesses.js';
import { witnessRoute } from './audit/witness/witness.route.js';
import { createWitnessService } from './audit/witness/witness.service.js';
import { refusedMutationsRoute } from './audit/refused-mutations.route.js';
import { refusedRequestsRoute } from './audit/refused-requests.route.js';
import { createAuthLogService } from './auth-log/auth-log.service.js';
import { securitySignalsRoute } from './auth-log/security-signals.route.js';
import { createComplianceService } from './compliance/compliance.service.js';
import { createDeliveries } from './deliveries.js';
import type { DeliveryConfig } from './delivery-config.js';
import { createDetectionService } from './detection/detection.service.js';
import { lookAgainAtUnquietTenants } from './detection/look-again-at-unquiet-tenants.schedule.js';
import { createThresholdService } from './detection/threshold/threshold.service.js';
import type { OpsEvents } from './events.js';
import { flagFeedRoute } from './flag/flag-feed.route.js';
import { createOperationalMetricsService } from './figures/operational-metrics.service.js';
import { queueFiguresRoute } from './figures/queue-figures.route.js';
import { requestCountsRoute } from './figures/request-counts.route.js';
import { createFlagLiveService } from './flag/flag-live.service.js';
import { createFlagProposalService } from './flag/flag-proposal.service.js';
import { createFlagWriter } from './flag/flag-writer.js';
import { createFlagService } from './flag/flag.service.js';
import { createComponentHistoryService } from './health/component-history.service.js';
import { databaseCheck, objectStoreCheck, redisCheck, stripeCheck } from './health/health-checks.js';
import { createHealthService } from './health/health.service.js';
import { noteHealth } from './health/note-health.schedule.js';
import { createIncidentActionService } from './incident/action/incident-action.service.js';
import { escalateUnacknowledged } from './incident/escalation/escalate-unacknowledged.schedule.js';
import { createEscalationService } from './incident/escalation/escalation.service.js';
import { createIncidentLiveService } from './incident/incident-live.service.js';
import { createIncidentRecorder } from './incident/incident-recorder.js';
import { createIncidentLoaders } from './incident/incident.loader.js';
import { createIncidentService } from './incident/incident.service.js';
import { createIncidentMetricsService } from './incident/metrics.service.js';
import { createLaunchChecklistService } from './incident/runbook/launch-checklist.service.js';
import { createSilenceService } from './incident/mute/silence.service.js';
import { TRIAGE_MODEL } from './incident/triage/model.js';
import { createTriageService } from './incident/triage/triage.service.js';
import { createSpineResponseService } from './incident/spine-response.service.js';
import { deliverDueMails } from './mail/deliver-due-mails.schedule.js';
import { forgetMailsGivenUp } from './mail/forget-mails-given-up.schedule.js';
import { createMailService } from './mail/mail.service.js';
import { createMailWordingService } from './mail/wording/mail-wording.service.js';
import { createMeasurementService } from './measurement/measurement.service.js';
import { createNotificationLoader } from './notification/notification.loader.js';
import { createNotificationService } from './notification/notification.service.js';
import { callWhenIncidentEscalates } from './reactions/call-when-incident-escalates.js';
import { keepMailBrandWhenItChanges } from './reactions/keep-mail-brand-when-it-changes.js';
import { keepRecipientWhenHerMembershipChanges } from './reactions/keep-recipient-when-her-membership-changes.js';
import { keepRecipientWhenMembershipIsGranted } from './reactions/keep-recipient-when-membership-is-granted.js';
import { logSignalWhenForeignIdIsNamed } from './reactions/log-signal-when-foreign-id-is-named.js';
import { logSignalWhenLoginFails } from './reactions/log-signal-when-login-fails.js';
import { logSignalWhenPaymentFails } from './reactions/log-signal-when-payment-fails.js';
import { logSignalWhenCallbackIsRefused } from './reactions/log-signal-when-callback-is-refused.js';
import { logSignalWhenProofIsRefused } from './reactions/log-signal-when-proof-is-refused.js';
import { logSignalWhenRefreshTokenIsReused } from './reactions/log-signal-when-refresh-token-is-reused.js';
import { lookForIncidentsWhenAsked } from './reactions/look-for-incidents-when-asked.js';
import { notifyClientWhenBookingIsConfirmed } from './reactions/notify-client-when-booking-is-confirmed.js';
import { notifyClientWhenBookingIsNear } from './reactions/notify-client-when-booking-is-near.js';
import { notifyClientWhenSheIsOfferedTime } from './reactions/notify-client-when-she-is-offered-time.js';
import { notifyOwnersWhenBookingIsConfirmed } from './reactions/notify-owners-when-booking-is-confirmed.js';
import { notifyOwnersWhenIncidentIsRaised } from './reactions/notify-owners-when-incident-is-raised.js';
import { notifyOwnersWhenPaymentSucceeds } from './reactions/notify-owners-when-payment-succeeds.js';
import { mailWhoeverPays } from './reactions/mail-whoever-pays.js';
import { queueMailWhenAsked } from './reactions/queue-mail-when-asked.js';
import { writeToNewAddressWhenItChanges } from './reactions/write-to-new-address-when-it-changes.js';
import { recordAuditEntries } from './reactions/record-audit-entries.js';
import { rememberTenantWhenItChanges } from './reactions/remember-tenant-when-it-changes.js';
import { rememberTenantWhenItIsCreated } from './reactions/remember-tenant-when-it-is-created.js';
import { rememberTenantWhenItsStatusChanges } from './reactions/remember-tenant-when-its-status-changes.js';
import { beaconRoute } from './error-report/beacon.route.js';
import { createErrorReportService } from './error-report/error-report.service.js';
import { forgetOldReports } from './error-report/forget-old-reports.schedule.js';
import { OPS_HOLDINGS } from './personal-data.js';
import { schema } from './schema.js';
import { createTicketMessagesLoader } from './ticket/ticket-messages.loader.js';
import { createTicketService } from './ticket/ticket.service.js';
import type { OpsServices } from './services.js';
import type { OpsEnvironment } from './spine/environment.js';

export interface OpsConfig extends DeliveryConfig {
  /** Where what is kept for long is put. */
  readonly files: ObjectStore;
  /** `development`, `test`, `staging` or `production`. */
  readonly environment: string;
  /** What the platform is called. */
  readonly appName: string;
  /** `iss` of access tokens: the platform's URL, after whose host its audit logs are named. */
  readonly issuer: string;
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

  const recorder = createIncidentRecorder({ outbox, platform });
  const detection = createDetectionService({ database, outbox, incidents: recorder });
  const incidents = createIncidentService({ database, outbox, loaders: createIncidentLoaders(database), detection });
  const escalations = createEscalationService({ database, outbox, detection });
  const flagParts = { platform, writer: createFlagWriter(outbox), flags: runtime.flags, detection };
  const authLog = createAuthLogService(database, detection);
  const audit = createAuditService(database, env);
  const auditKeys = createAuditKeys(database, runtime.secretBox);
  const archived = createArchivedEntries(platform.db, config.files);
  const auditLogParts = { database, keys: auditKeys, logName: new URL(config.issuer).host, archived };
  const witness = createWitnessService(auditLogParts);
  const witnesses = createAskedWitnesses(runtime, config.witnesses ?? []);
  const deliveries = createDeliveries(runtime, config, outbox, {
    findTenant: (tenantId) => detection.findTenant(tenantId),
    incidents: recorder,
  });
  const { notifier, transport } = deliveries;
  const desk = createMailDesk(outbox, runtime.secretBox, 'ops.mail_requested');
  const mails = createMailService({
    database,
    secretBox: runtime.secretBox,
    transport,
    findTenant: (tenantId) => detection.findTenant(tenantId),
    flags: runtime.flags,
  });
  const checks = [
    databaseCheck(platform),
    ...(config.redisUrl === undefined ? [] : [redisCheck(config.redisUrl)]),
    ...(config.stripe.secretKey === '' ? [] : [stripeCheck(config.stripe.apiBase)]),
    ...(config.files.kind === 's3' ? [objectStoreCheck(config.files)] : []),
  ];

  const health = createHealthService(env, checks, clock);
  const componentHistory = createComponentHistoryService(platform, health);
  const installation = {
    environment: config.environment,
    sendsMail: config.mail.smtpUrl !== undefined,
    takesPayments: config.stripe.secretKey !== '',
    sharesRedis: config.redisUrl !== undefined,
  };

  return {
    name: 'ops',
    schema,
    services: {
      audit,
      auditLog: createAuditLogService(auditLogParts),
      witness,
      auditExport: createAuditExportService({ ...auditLogParts, outbox }),
      auditArchives: createAuditArchiveService({ database, outbox, files: config.files }),
      authLog,
      detection,
      thresholds: createThresholdService({ tenants, outbox, detection }),
      flags: createFlagService(flagParts),
      flagProposals: createFlagProposalService(flagParts),
      flagLive: createFlagLiveService(tail),
      incidents,
      incidentActions: createIncidentActionService({ ...flagParts, policies: runtime.policies, database, outbox, incidents }),
      incidentMetrics: createIncidentMetricsService(database),
      silences: createSilenceService({ database, detection }),
      escalations,
      triage: createTriageService({ database, flags: runtime.flags, model: TRIAGE_MODEL }),
      launchChecklist: createLaunchChecklistService({ database, health, flags: runtime.flags, installation }),
      incidentLive: createIncidentLiveService(tail),
      spineResponse: createSpineResponseService(),
      notifications: createNotificationService({ tenants, tail, loader: createNotificationLoader(tenants) }),
      ...deliveries.services,
      errorReports: createErrorReportService(platform),
      tickets: createTicketService({
        database,
        outbox,
        desk,
        notifier,
        findTenant: (tenantId) => detection.findTenant(tenantId),
        messages: createTicketMessagesLoader(database),
      }),
      mails,
      mailWordings: createMailWordingService({ tenants, outbox, flags: runtime.flags }),
      measurements: createMeasurementService({ tenants, detection, incidents: recorder }),
      compliance: createComplianceService({ ...auditLogParts, findTenant: (tenantId) => detection.findTenant(tenantId) }),
      operationalMetrics: createOperationalMetricsService({ database, findTenant: (tenantId) => detection.findTenant(tenantId) }),
      health,
      componentHistory,
    },
    reactions: [
      rememberTenantWhenItIsCreated(detection),
      rememberTenantWhenItChanges(detection),
      rememberTenantWhenItsStatusChanges(detection),
      ...keepMailBrandWhenItChanges,
      ...recordAuditEntries(audit),
      logSignalWhenForeignIdIsNamed(authLog),
      logSignalWhenLoginFails(authLog),
      logSignalWhenProofIsRefused(authLog),
      logSignalWhenCallbackIsRefused(authLog),
      logSignalWhenRefreshTokenIsReused(authLog),
      logSignalWhenPaymentFails(authLog),
      lookForIncidentsWhenAsked(detection),
      keepRecipientWhenMembershipIsGranted(notifier),
      ...keepRecipientWhenHerMembershipChanges,
      writeToNewAddressWhenItChanges,
      notifyOwnersWhenBookingIsConfirmed(notifier),
      notifyClientWhenBookingIsConfirmed(notifier),
      notifyClientWhenBookingIsNear(notifier),
      notifyClientWhenSheIsOfferedTime(notifier),
      notifyOwnersWhenPaymentSucceeds(notifier),
      notifyOwnersWhenIncidentIsRaised(notifier, recorder),
      callWhenIncidentEscalates(notifier, recorder),
      ...mailWhoeverPays({ desk, secretBox: runtime.secretBox, publicUrl: config.issuer }),
      ...queueMailWhenAsked(mails),
      ...deliveries.reactions,
      answerForPersonalData({ name: 'ops', holdings: OPS_HOLDINGS }, outbox, runtime.secretBox),
    ],
    jobs: [...deliveries.jobs, ...witnesses.jobs],
    routes: [
      flagFeedRoute(runtime.flags),
      securitySignalsRoute({ tenants, authLog, detection, clock, logger }),
      ...deliveries.routes,
      beaconRoute(runtime.monitor),
      witnessRoute(witness, clock, logger),
      queueFiguresRoute(platform, clock),
      requestCountsRoute(platform),
      refusedMutationsRoute({ tenants, outbox: runtime.outbox.for<MutationEvents>(), clock, logger }),
      refusedRequestsRoute({ tenants, outbox: runtime.outbox.for<RefusalEvents>(), clock, logger }),
    ],
    schedules: [growAuditTrees(createTreeGrower({ ...auditLogParts, headSigned: witnesses.headSigned })), archiveOldEntries(createAuditArchiver({ ...auditLogParts, platform, files: config.files })), lookAgainAtUnquietTenants(detection), escalateUnacknowledged(escalations), deliverDueMails(mails), forgetMailsGivenUp(platform), ...deliveries.schedules, forgetOldReports(platform), noteHealth(componentHistory)],
    close() {
      deliveries.close();
      witnesses.close();
    },
  };
}
