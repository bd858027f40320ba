import { randomBytes } from 'node:crypto';

/** Tokens that name the company they are of, for callers who may know one address of the platform for all of them. */
export interface TenantToken {
  /** How every token begins, so that people and secret scanners know one when they see it. */
  readonly prefix: string;
  /**
   * A new token: prefix, the company it is of, and 256 random bits.
   * @param tenantId UUID
   */
  create(tenantId: string): string;
  /** UUID of the company that a token says it is of; null for what cannot be one. A hint until the token is found. */
  tenantOf(token: string): string | null;
}

/** @param prefix such as `scim_` */
export function defineTenantToken(prefix: string): TenantToken {
  const shape = new RegExp(`^${prefix}([0-9a-f]{32})_[A-Za-z0-9_-]{43}$`);
  return {
    prefix,
    create: (tenantId) => `${prefix}${tenantId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`,
    tenantOf(token) {
      const hex = shape.exec(token)?.[1];
      if (hex === undefined) return null;
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}

