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

/** Somebody asked for a link or code by mail; not said whether there is anybody of that address. */
export interface ProofRequested {
  readonly purpose: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET' | 'SIGN_IN';
  /** The address, sealed: the log of events holds none. */
  readonly sealedEmail: string;
}

/** A link or code that was shown did not count. */
export interface ProofRefused {
  readonly purpose: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET' | 'SIGN_IN';
}

/** A person has shown that the address is hers. */
export interface EmailVerified {
  readonly userId: string;
}

/** A person has another password. Every session she had, in whichever tenant, has ended but the one named. */
export interface PasswordChanged {
  readonly userId: string;
  readonly by: 'HERSELF' | 'RESET';
  /** The session that goes on; null when none does. */
  readonly keptSessionId: string | null;
}

export interface IdentityEvents {
  'identity.membership_granted': MembershipGranted;
  'identity.login_succeeded': LoginSucceeded;
  'identity.login_failed': LoginFailed;
  'identity.session_ended': SessionEnded;
  'identity.mail_requested': MailRequested;
  'identity.proof_requested': ProofRequested;
  'identity.proof_refused': ProofRefused;
  'identity.email_verified': EmailVerified;
  'identity.password_changed': PasswordChanged;
}
