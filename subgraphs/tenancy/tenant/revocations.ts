import type { WireForms } from '../../_kernel/events/event-feed.js';
import type { StoredEvent } from '../../_kernel/events/event.js';
import type { RevocationEntry } from '../../_kernel/wire/revocations.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../events.js';

const told = (event: StoredEvent, tenant: TenantIdentity): RevocationEntry => ({
  revocation: { kind: 'tenant', tenant },
  at: event.occurredAt.getTime(),
});

/** What makes known of a company something else than before: what it is, whether it is served, where it is found. */
export const revocations: WireForms<TenancyEvents, RevocationEntry> = {
  'tenancy.tenant_created': (event) => told(event, event.payload.tenant),
  'tenancy.tenant_changed': (event) => told(event, event.payload.tenant),
  'tenancy.tenant_status_changed': (event) => told(event, event.payload.tenant),
  'tenancy.domain_changed': (event) => told(event, event.headers.tenant),
};
