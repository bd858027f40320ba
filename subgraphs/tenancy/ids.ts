import { defineId } from '../_kernel/graphql/global-id.js';

export const TenantId = defineId('Tenant', 'tnt');
export const TenantDomainId = defineId('TenantDomain', 'dom');
