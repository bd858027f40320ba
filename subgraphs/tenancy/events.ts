import type { ChosenBrand } from '../_kernel/branding/brand.js';
import type { MailRequested } from '../_kernel/mail/mail.js';
import type { TenantIdentity, TenantStatus } from '../_kernel/wire/tenant.js';
import type { PersonalDataAnswers } from '../_kernel/personal-data/personal-data.js';
import type { FileEvents } from './file/events.js';
import type { WorkflowEvents } from './workflow/events.js';

export interface TenantCreated {
  readonly tenant: TenantIdentity;
  /** Who is to be invited as its owner: an `InvitedPerson`, sealed; absent when nobody is named. */
  readonly sealedOwner?: string;
}

/** Profile, plan or settings have changed; the names of the fields that did. */
export interface TenantChanged {
  readonly tenant: TenantIdentity;
  readonly fields: readonly string[];
  /** As `#RRGGBB`, where it is another. */
  readonly accentColor?: string;
  /** BCP 47: the language its texts are written in, where it is another. */
  readonly locale?: string;
}

/** A company can work with the platform in another measure than before: the tenant is as it is now. */
export interface TenantStatusChanged {
  readonly tenant: TenantIdentity;
  readonly before: TenantStatus;
  readonly step: 'SUSPEND' | 'REACTIVATE' | 'END_TRIAL' | 'EXTEND_TRIAL' | 'CHOOSE_PLAN' | 'DELETE' | 'RESTORE';
  /** Why it was suspended; null for every other step. */
  readonly reason: string | null;
}

/** An owner who sets a company up wants these people in it. */
export interface TeamInvited {
  /** User who asked. */
  readonly invitedBy: string;
  readonly people: readonly {
    /** An `InvitedPerson`. */
    readonly sealedPerson: string;
    readonly roles: readonly string[];
  }[];
}

/** How a company wants to take appointments. */
export interface PreferencesChosen {
  /** From one start that is offered to the next, for every service. */
  readonly slotMinutes: number;
  /** Services it gives, to begin with. */
  readonly appointmentTypes: readonly { readonly name: string; readonly durationMinutes: number }[];
}

/** A company was set up in all five steps. */
export interface OnboardingCompleted {
  readonly userId: string;
}

/** Somebody took what tenancy knows of a company with her. */
export interface TenantExported {
  readonly slug: string;
}

/** An address of a company's own was added, given up, or began or ceased to resolve. */
export interface DomainChanged {
  readonly domainId: string;
  readonly host: string;
  readonly kind: 'AUTH' | 'APP' | 'PARTNER';
  readonly status: 'PENDING' | 'VERIFIED' | 'DANGLING';
  readonly problem: string | null;
  readonly change: 'ADDED' | 'VERIFIED' | 'DANGLING' | 'REMOVED';
}

/**
 * A company's integration was enabled or disabled, told of anew as it was, or asked whether it lets us in; or its key was
 * changed, which concerns all of them.
 */
export interface IntegrationChanged {
  readonly type: 'CAPRICORN_EDI' | 'STRIPE_PAYMENT' | 'SLACK_NOTIFICATION' | 'CUSTOM_WEBHOOK' | null;
  readonly change: 'ENABLED' | 'DISABLED' | 'KEY_ROTATED' | 'TOLD_OF' | 'CHECKED';
  /** What came of asking it. */
  readonly outcome?: 'ANSWERS' | 'REFUSED' | 'UNREACHABLE';
  /** Where it is told what happens: an `IntegrationAddress`, where it was enabled or told of and is one that is told. */
  readonly sealedAddress?: string;
}

/** A company looks otherwise, or its people turn to somebody else: all of what it has chosen, and the names of what is new. */
export interface BrandingChanged {
  readonly fields: readonly string[];
  readonly brand: ChosenBrand;
}

/** What is set for programs is another; the names of what. At the platform it is what holds for everybody. */
export interface ConfigChanged {
  readonly keys: readonly string[];
}

export interface TenancyEvents extends WorkflowEvents, FileEvents, PersonalDataAnswers<'tenancy'> {
  'tenancy.integration_changed': IntegrationChanged;
  'tenancy.branding_changed': BrandingChanged;
  'tenancy.config_changed': ConfigChanged;
  'tenancy.domain_changed': DomainChanged;
  'tenancy.mail_requested': MailRequested;
  'tenancy.tenant_created': TenantCreated;
  'tenancy.tenant_changed': TenantChanged;
  'tenancy.tenant_status_changed': TenantStatusChanged;
  'tenancy.team_invited': TeamInvited;
  'tenancy.preferences_chosen': PreferencesChosen;
  'tenancy.onboarding_completed': OnboardingCompleted;
  'tenancy.tenant_exported': TenantExported;
}
