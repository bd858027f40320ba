/** Where the gateway reports what only it sees; served to the platform itself, never forwarded to a client. */
export const SECURITY_SIGNALS_PATH = '/internal/security-signals';

/** An access token or a key that does not hold, or one that came to another company's address. */
export const SECURITY_SIGNAL_TYPES = ['JWT_VALIDATION_ERROR', 'TENANT_MISMATCH'] as const;
export type SecuritySignalType = (typeof SECURITY_SIGNAL_TYPES)[number];

/** One report, as JSON in the body of a POST. */
export interface SecuritySignalReport {
  readonly type: SecuritySignalType;
  /** UUID of the tenant whose address the request came to. */
  readonly tenantId: string;
  /** ISO 8601 instant. */
  readonly at: string;
}
