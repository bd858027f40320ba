import { parseOpsEvent, type OpsEvent } from '../incidents/ops-event.js';
import { followPlaybook, type OpsSpineResponse } from './follow-playbook.js';
import type { Playbook } from './playbook.js';
import { EMAIL_VERIFICATION_FAILURES } from './playbooks/email-verification-failures.js';
import { FAILED_LOGINS_SPIKE } from './playbooks/failed-logins-spike.js';
import { HIGH_CART_ABANDONMENT } from './playbooks/high-cart-abandonment.js';
import { JWT_VALIDATION_ERRORS } from './playbooks/jwt-validation-errors.js';
import { OAUTH_CALLBACK_ERRORS } from './playbooks/oauth-callback-errors.js';
import { PASSWORD_RESET_FAILURES } from './playbooks/password-reset-failures.js';
import { PAYMENT_FAILURES_SPIKE } from './playbooks/payment-failures-spike.js';
import { SESSION_ANOMALIES } from './playbooks/session-anomalies.js';
import { SUSPICIOUS_ADMIN_LOGIN } from './playbooks/suspicious-admin-login.js';
import { TENANT_LEAK_RISK } from './playbooks/tenant-leak-risk.js';
import { UNIVERSAL } from './playbooks/universal.js';

export const AUTH_PLAYBOOKS: readonly Playbook[] = [
  FAILED_LOGINS_SPIKE,
  PASSWORD_RESET_FAILURES,
  OAUTH_CALLBACK_ERRORS,
  JWT_VALIDATION_ERRORS,
  SESSION_ANOMALIES,
  TENANT_LEAK_RISK,
  SUSPICIOUS_ADMIN_LOGIN,
  EMAIL_VERIFICATION_FAILURES,
];

export const ECOMMERCE_PLAYBOOKS: readonly Playbook[] = [HIGH_CART_ABANDONMENT, PAYMENT_FAILURES_SPIKE];

/**
 * What to do about an event, by the first of the playbooks for its type; by the universal one without any.
 * @throws {SpineInputError} naming the property of the event
 */
export function runOpsSpine(event: OpsEvent, playbooks: readonly Playbook[]): OpsSpineResponse {
  const known = parseOpsEvent(event);
  return followPlaybook(
    playbooks.find((playbook) => playbook.type === known.incident_type) ?? UNIVERSAL,
    known,
  );
}

/** What to do about an authentication incident; the universal response for any other type. */
export function runAuthOpsSpine(event: OpsEvent): OpsSpineResponse {
  return runOpsSpine(event, AUTH_PLAYBOOKS);
}

/** What to do about an incident of a shop; falls back to `runAuthOpsSpine`. */
export function runEcommerceOpsSpine(event: OpsEvent): OpsSpineResponse {
  return runOpsSpine(event, [...ECOMMERCE_PLAYBOOKS, ...AUTH_PLAYBOOKS]);
}
