import type { MailRequested } from '../_kernel/mail/mail.js';
import type { TenantIdentity } from '../_kernel/wire/tenant.js';

export interface TenantCreated {
  readonly tenant: TenantIdentity;
}

/** Profile or settings have changed; the names of the fields that did. */
export interface TenantChanged {
  readonly tenant: TenantIdentity;
  readonly fields: readonly string[];
}

export interface TenancyEvents {
  'tenancy.mail_requested': MailRequested;
  'tenancy.tenant_created': TenantCreated;
  'tenancy.tenant_changed': TenantChanged;
}
