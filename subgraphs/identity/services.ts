import type { AdminUserService } from './admin-user/admin-user.service.js';
import type { MembershipService } from './membership/membership.service.js';
import type { MailedProofService } from './mailed-proof/mailed-proof.service.js';
import type { PasswordService } from './password/password.service.js';
import type { MagicLinkService } from './session/magic-link.service.js';
import type { SessionService } from './session/session.service.js';
import type { EmailVerificationService } from './user/email-verification.service.js';
import type { EnrolmentService } from './user/enrolment.service.js';
import type { RegistrationService } from './user/registration.service.js';
import type { UserService } from './user/user.service.js';

/** What identity's resolvers can call. */
export interface IdentityServices {
  readonly users: UserService;
  readonly registration: RegistrationService;
  readonly enrolment: EnrolmentService;
  readonly memberships: MembershipService;
  readonly sessions: SessionService;
  readonly magicLinks: MagicLinkService;
  readonly proofs: MailedProofService;
  readonly passwords: PasswordService;
  readonly emailVerification: EmailVerificationService;
  readonly adminUsers: AdminUserService;
}
