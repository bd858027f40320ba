import { defineTenantToken } from './tenant-token.js';

/** Where directories of companies keep their people in step, by SCIM 2.0. */
export const SCIM_PATH = '/scim/v2';

const tokens = defineTenantToken('scim_');

/** How every token begins. */
export const SCIM_TOKEN_PREFIX = tokens.prefix;

/** @param tenantId UUID */
export const newScimToken = (tenantId: string): string => tokens.create(tenantId);

/** UUID of the company that a token says it is of; null for what cannot be one. */
export const tenantOfScimToken = (token: string): string | null => tokens.tenantOf(token);
