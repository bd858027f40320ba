import { eventFeedRoute } from '../_kernel/events/event-feed.js';
import type { ObjectStore } from '../_kernel/files/object-store.js';
import { createJobQueue } from '../_kernel/jobs/job-queue.js';
import { createMailDesk } from '../_kernel/mail/mail-desk.js';
import { createOutboundFetch } from '../_kernel/outbound/outbound-fetch.js';
import { answerForPersonalData } from '../_kernel/personal-data/answer-for-personal-data.js';
import type { Subgraph, SubgraphRuntime } from '../_kernel/subgraph.js';
import { LONGEST_WAIT_MS, REVOCATIONS_PATH } from '../_kernel/wire/revocations.js';
import { isLocalEnvironment } from '../_kernel/wire/local-environment.js';
import { createDnsReader } from './domain/dns-reader.js';
import { createBrandingService } from './branding/branding.service.js';
import { createClientOnboardingService } from './client-onboarding/client-onboarding.service.js';
import { goOnElsewhere } from './client-onboarding/go-on-elsewhere.job.js';
import { createConfigService } from './config/config.service.js';
import { createDomainService } from './domain/domain.service.js';
import { watchDomains } from './domain/watch-domains.schedule.js';
import type { TenancyEvents } from './events.js';
import { clearFiles } from './file/clear-files.schedule.js';
import { noScanner, type FileScanner } from './file/file-scanner.js';
import { createFileService } from './file/file.service.js';
import { isReady } from './file/file.store.js';
import { StoredFileId } from './ids.js';
import type { TenancyJobs } from './jobs.js';
import { createDataKeys } from './integration/data-key.js';
import { createIntegrationCheck } from './integration/integration-check.js';
import { createIntegrationService } from './integration/integration.service.js';
import { rotateDataKeys } from './integration/rotate-data-keys.schedule.js';
import { tellOfIntegrations } from './integration/tell-of-integrations.schedule.js';
import { createOnboardingService } from './onboarding/onboarding.service.js';
import { createOwnerMails } from './owner/owner-mails.js';
import { createOwnerService } from './owner/owner.service.js';
import { countActiveUserWhenSheSignsIn } from './reactions/count-active-user-when-she-signs-in.js';
import { countMailsWhenTheyAreRequested } from './reactions/count-mails-when-they-are-requested.js';
import { finishProvisioningWhenOwnerIsInvited } from './reactions/finish-provisioning-when-owner-is-invited.js';
import { followRulesWhenSomethingHappens } from './reactions/follow-rules-when-something-happens.js';
import { forgetMemberWhenMembershipIsRemoved } from './reactions/forget-member-when-membership-is-removed.js';
import { keepAddressOfMemberWhenItChanges } from './reactions/keep-address-of-member-when-it-changes.js';
import { keepMemberWhenMembershipIsGranted } from './reactions/keep-member-when-membership-is-granted.js';
import { keepOwnerWhenMembershipChanges } from './reactions/keep-owner-when-membership-changes.js';
import { moveOnboardingOnWhenAddressIsVerified } from './reactions/move-onboarding-on-when-address-is-verified.js';
import { onboardClientWhenSheRegisters } from './reactions/onboard-client-when-she-registers.js';
import { performWorkflowStepWhenItIsDue } from './reactions/perform-workflow-step-when-it-is-due.js';
import { TENANCY_HOLDINGS } from './personal-data.js';
import { schema } from './schema.js';
import type { TenancyServices } from './services.js';
import { createSettingsService } from './settings/settings.service.js';
import { createSettingsWriter } from './settings/settings-writer.js';
import { createBulkTenantService } from './tenant/bulk-tenants.service.js';
import { createTenantExportService } from './tenant/tenant-export.service.js';
import { createTenantLifeService } from './tenant/tenant-life.service.js';
import { revocations } from './tenant/revocations.js';
import { tenantLookupRoute } from './tenant/tenant-lookup.route.js';
import { createTenantService } from './tenant/tenant.service.js';
import { createTenantSteps } from './tenant/tenant-steps.js';
import { createTrialService } from './trial/trial.service.js';
import { watchTrials } from './trial/watch-trials.schedule.js';
import { createPlatformMetricsService } from './platform-metrics/platform-metrics.service.js';
import { createUsageService } from './usage/usage.service.js';
import type { StepType } from './workflow/definition/step-types.js';
import { wakeWorkflows } from './workflow/instance/wake-workflows.schedule.js';
import { createWorkflows } from './workflow/create-workflows.js';

export interface TenancyConfig {
  /** Public address of the platform: what links in mails lead to. */
  readonly issuer: string;
  /** DNS servers that are asked about companies' own domains; the system's without any. */
  readonly dnsServers?: readonly string[] | undefined;
  /** Where files are kept. */
  readonly files: ObjectStore;
  /** Looks for what harms in files; nothing does without one. */
  readonly fileScanner?: FileScanner | undefined;
  /** Name of the environment: in development and in tests, addresses of companies may be of our own networks. */
  readonly environment?: string | undefined;
  /** Where Stripe is asked whether a company's key is good. */
  readonly stripe?: { readonly apiBase: string | undefined } | undefined;
  /** Kinds of workflow steps beside the platform's. */
  readonly stepTypes?: readonly StepType<never>[] | undefined;
}

/** The companies that run on the platform. */
export function createTenancy(runtime: SubgraphRuntime, config: TenancyConfig): Subgraph<TenancyServices> {
  const { tenants, platform } = runtime.database;
  const { secretBox } = runtime;
  const outbox = runtime.outbox.for<TenancyEvents>();
  const mailDesk = createMailDesk(outbox, secretBox, 'tenancy.mail_requested');
  const ownerMails = createOwnerMails(mailDesk, config.issuer);
  const steps = createTenantSteps(outbox);
  const writer = createSettingsWriter(outbox, runtime.flags);
  const tenantService = createTenantService({ tenants, platform, outbox, secretBox });
  const life = createTenantLifeService({ platform, steps, ownerMails });
  const trials = createTrialService({ platform, steps, ownerMails });
  const mayBeInside = isLocalEnvironment(config.environment);
  const integrations = createIntegrationService({
    tenants,
    platform,
    outbox,
    secretBox,
    keys: createDataKeys(secretBox),
    check: createIntegrationCheck({
      ask: createOutboundFetch(mayBeInside),
      askStripe: createOutboundFetch(true),
      stripeBase: config.stripe?.apiBase,
    }),
  });
  const domains = createDomainService({
    tenants,
    platform,
    outbox,
    dns: createDnsReader(config.dnsServers ?? []),
    baseDomain: new URL(config.issuer).hostname,
  });
  const files = createFileService({
    tenants,
    platform,
    outbox,
    store: config.files,
    scanner: config.fileScanner ?? noScanner,
    policies: runtime.policies,
  });
  const workflows = createWorkflows({
    tenants,
    platform,
    outbox,
    mailDesk,
    tail: runtime.tail,
    stepTypes: config.stepTypes,
    isFileReady: async (db, fileId) => {
      const id = StoredFileId.decode(fileId);
      return id !== null && (await isReady(db, id));
    },
  });
  const clientOnboarding = createClientOnboardingService({
    tenants,
    platform,
    queue: createJobQueue<TenancyJobs>('tenancy', runtime),
    runs: workflows.runs,
    effects: workflows.effects,
  });
  return {
    name: 'tenancy',
    schema,
    services: {
      tenants: tenantService,
      life,
      bulk: createBulkTenantService({ tenants: tenantService, life }),
      exports: createTenantExportService({ platform, outbox }),
      trials,
      owners: createOwnerService(platform),
      onboarding: createOnboardingService({ tenants, outbox, settings: writer, secretBox }),
      clientOnboarding,
      settings: createSettingsService({ tenants, platform, writer }),
      branding: createBrandingService({ tenants, outbox, settings: writer, flags: runtime.flags }),
      config: createConfigService({ tenants, platform, outbox }),
      domains,
      integrations,
      usage: createUsageService({ tenants, platform }),
      platformMetrics: createPlatformMetricsService(platform),
      workflows,
      files,
    },
    reactions: [
      keepMemberWhenMembershipIsGranted,
      keepAddressOfMemberWhenItChanges,
      keepOwnerWhenMembershipChanges,
      onboardClientWhenSheRegisters(clientOnboarding),
      moveOnboardingOnWhenAddressIsVerified(clientOnboarding),
      finishProvisioningWhenOwnerIsInvited,
      countActiveUserWhenSheSignsIn,
      ...countMailsWhenTheyAreRequested,
      forgetMemberWhenMembershipIsRemoved,
      performWorkflowStepWhenItIsDue(workflows.effects),
      ...followRulesWhenSomethingHappens(workflows.automation),
      answerForPersonalData({ name: 'tenancy', holdings: TENANCY_HOLDINGS }, outbox, runtime.secretBox),
    ],
    routes: [
      tenantLookupRoute(tenantService),
      eventFeedRoute({ path: REVOCATIONS_PATH, forms: revocations, runtime, longestWaitMs: LONGEST_WAIT_MS }),
    ],
    jobs: [goOnElsewhere(clientOnboarding)],
    schedules: [watchTrials(trials), watchDomains(domains), rotateDataKeys(integrations), tellOfIntegrations(integrations), wakeWorkflows(workflows.effects), clearFiles(files)],
  };
}
