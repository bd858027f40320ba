import type { BrandingService } from './branding/branding.service.js';
import type { ClientOnboardingService } from './client-onboarding/client-onboarding.service.js';
import type { ConfigService } from './config/config.service.js';
import type { DomainService } from './domain/domain.service.js';
import type { IntegrationService } from './integration/integration.service.js';
import type { OnboardingService } from './onboarding/onboarding.service.js';
import type { OwnerService } from './owner/owner.service.js';
import type { PlatformMetricsService } from './platform-metrics/platform-metrics.service.js';
import type { SettingsService } from './settings/settings.service.js';
import type { BulkTenantService } from './tenant/bulk-tenants.service.js';
import type { TenantExportService } from './tenant/tenant-export.service.js';
import type { TenantLifeService } from './tenant/tenant-life.service.js';
import type { TenantService } from './tenant/tenant.service.js';
import type { TrialService } from './trial/trial.service.js';
import type { UsageService } from './usage/usage.service.js';
import type { FileService } from './file/file.service.js';
import type { Workflows } from './workflow/create-workflows.js';

/** What tenancy's resolvers can call. */
export interface TenancyServices {
  readonly tenants: TenantService;
  readonly life: TenantLifeService;
  readonly bulk: BulkTenantService;
  readonly exports: TenantExportService;
  readonly trials: TrialService;
  readonly owners: OwnerService;
  readonly onboarding: OnboardingService;
  readonly clientOnboarding: ClientOnboardingService;
  readonly settings: SettingsService;
  readonly branding: BrandingService;
  readonly config: ConfigService;
  readonly domains: DomainService;
  readonly usage: UsageService;
  readonly platformMetrics: PlatformMetricsService;
  readonly integrations: IntegrationService;
  readonly workflows: Workflows;
  readonly files: FileService;
}
