import type { FlagValue } from '../flags/flag-value.js';
import type { Severity } from '../incidents/ops-event.js';

export const RESPONSE_CLASSIFICATIONS = ['AUTH_OPS', 'SECURITY', 'TENANCY', 'BILLING', 'QUALITY'] as const;
export type ResponseClassification = (typeof RESPONSE_CLASSIFICATIONS)[number];

/** The flags that change how people sign in, and with which incidents are contained. */
export const OPS_FLAGS = {
  strictRateLimit: 'auth.rateLimit.strict',
  captcha: 'auth.captcha.enabled',
  /** The id of the identity provider that is switched off, or an empty text. */
  disabledOauthProvider: 'auth.oauth.disableProvider',
  forceLogoutAll: 'auth.forceLogoutAll',
  blockNewSignups: 'auth.blockNewSignups',
  tokenRefresh: 'auth.tokenRefresh.enabled',
} as const;

/** A step of everyone's, or one that is taken from a severity on. */
export type PlaybookStep = string | { readonly fromSeverity: Severity; readonly text: string };

/** The flag's value is the provider named by the event; without one the flag is not recommended. */
export const PROVIDER_OF_EVENT = Symbol('the provider of the event');

export interface PlaybookFlag {
  readonly key: string;
  readonly value: FlagValue | typeof PROVIDER_OF_EVENT;
  readonly reason: string;
  /** How and when this very flag is taken back. */
  readonly rollback: string;
  /** Recommended from this severity on; at any when absent. */
  readonly fromSeverity?: Severity;
}

/** What to do about incidents of one type, as data. */
export interface Playbook {
  readonly type: string;
  readonly classification: ResponseClassification;
  readonly decision: string;
  readonly steps: readonly [PlaybookStep, ...PlaybookStep[]];
  readonly risks: readonly [string, ...string[]];
  readonly flags: readonly PlaybookFlag[];
  /** Beyond taking back the flags. */
  readonly rollback: readonly [string, ...string[]];
}
