import type { MailRequested } from '../_kernel/mail/mail.js';
import type { TokenRealm } from '../_kernel/wire/access-token.js';

/** Somebody has become a member of the tenant, by signing up or by being added. */
export interface MembershipGranted {
  readonly membershipId: string;
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly roles: readonly string[];
}

export interface LoginSucceeded {
  readonly realm: TokenRealm;
  readonly subjectId: string;
  readonly sessionId: string;
}

/** A sign-in that was refused. Carries no e-mail address: logs and metrics need only to tell them apart. */
export interface LoginFailed {
  readonly realm: TokenRealm;
  /** SHA-256 of the address tried, in hexadecimal. */
  readonly emailHash: string;
}

export interface SessionEnded {
  readonly realm: TokenRealm;
  readonly subjectId: string;
  readonly sessionId: string;
  readonly reason: 'LOGOUT' | 'TOKEN_REUSED';
}

export interface IdentityEvents {
  'identity.membership_granted': MembershipGranted;
  'identity.login_succeeded': LoginSucceeded;
  'identity.login_failed': LoginFailed;
  'identity.session_ended': SessionEnded;
  'identity.mail_requested': MailRequested;
}
