import { definitionSchema, type WorkflowDefinition } from '../definition/definition.js';
import { clientOnboarding } from './client-onboarding.js';
import { customerSuccess } from './customer-success.js';
import { providerOnboarding } from './provider-onboarding.js';
import { tenantOnboardingReview } from './tenant-onboarding-review.js';
import { vendorApproval } from './vendor-approval.js';

/** What every company can run, until it makes one of its own by the same key. */
export const SHIPPED_DEFINITIONS: ReadonlyMap<string, WorkflowDefinition> = new Map(
  [providerOnboarding, vendorApproval, tenantOnboardingReview, customerSuccess, clientOnboarding].map((definition) => [
    definition.key,
    definitionSchema.parse(definition),
  ]),
);
