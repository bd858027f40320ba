import { createHash, randomBytes } from 'node:crypto';

/** Where directories of companies keep their people in step, by SCIM 2.0. */
export const SCIM_PATH = '/scim/v2';

/** How every token begins, so that people and secret scanners know one when they see it. */
export const SCIM_TOKEN_PREFIX = 'scim_';

const TOKEN = new RegExp(`^${SCIM_TOKEN_PREFIX}([0-9a-f]{32})_[A-Za-z0-9_-]{43}$`);

/**
 * A new token: prefix, the company it is of, and 256 random bits. It names its company, since a directory may know
 * one address of the platform for all of them.
 * @param tenantId UUID
 */
export const newScimToken = (tenantId: string): string =>
  `${SCIM_TOKEN_PREFIX}${tenantId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;

/** UUID of the company that a token says it is of; null for what cannot be one. It is a hint until the token is found. */
export function tenantOfScimToken(token: string): string | null {
  const hex = TOKEN.exec(token)?.[1];
  if (hex === undefined) return null;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What is kept of a token. It is random throughout, so a plain hash is enough. */
export const hashOfScimToken = (token: string): string => createHash('sha256').update(token).digest('hex');
