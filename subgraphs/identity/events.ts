import type { MailRequested } from '../_kernel/mail/mail.js';
import type {
  PersonalDataAnswers,
  PersonalDataKind,
  PersonalDataRequested,
} from '../_kernel/personal-data/personal-data.js';
import type { SmsRequested } from '../_kernel/sms/sms.js';
import type { TokenRealm } from '../_kernel/wire/access-token.js';

type UserStatus = 'ACTIVE' | 'INACTIVE' | 'BANNED' | 'HOLD' | 'PENDING' | 'SUSPENDED';

/** Somebody has become a member of the tenant, by signing up or by being added. */
export interface MembershipGranted {
  readonly membershipId: string;
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  /** Whether the address is known to be hers; it is unless said. */
  readonly isVerified?: boolean;
}

export interface LoginSucceeded {
  readonly realm: TokenRealm;
  readonly subjectId: string;
  readonly sessionId: string;
  /** `aal2` by two factors; absent of sign-ins from before it was told. */
  readonly assurance?: 'aal1' | 'aal2';
}

/** A sign-in that was refused. Carries no e-mail address: logs and metrics need only to tell them apart. */
export interface LoginFailed {
  readonly realm: TokenRealm;
  /** SHA-256 of the address tried, or of the person whose second factor was, in hexadecimal. */
  readonly emailHash: string;
}

export interface SessionEnded {
  readonly realm: TokenRealm;
  readonly subjectId: string;
  readonly sessionId: string;
  /** `SINGLE_LOGOUT`: where she signed in by. The last four: by somebody who may, and against the will of whose session it was. */
  readonly reason: 'LOGOUT' | 'SINGLE_LOGOUT' | 'TOKEN_REUSED' | 'REVOKED' | 'SUSPENDED' | 'BANNED' | 'REMOVED' | 'FORCED';
}

/** Somebody asked for a link or code by mail; not said whether there is anybody of that address. */
export interface ProofRequested {
  readonly purpose: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET' | 'SIGN_IN' | 'EMAIL_CHANGE';
  /** The address, sealed: the log of events holds none. Empty once whose it is was erased. */
  readonly sealedEmail: string;
  /** Of the address, by which an erasure finds it; absent of what was asked for before there was one. */
  readonly recipientHash?: string;
  /** Whose it is to be, where she has another one now. */
  readonly userId?: string;
}

/** A link or code that was shown did not count. */
export interface ProofRefused {
  readonly purpose: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET' | 'SIGN_IN';
}

/** Somebody came back from an identity provider with an answer that does not hold, or that nobody waited for. */
export interface CallbackRefused {
  readonly providerId: string;
}

/** A person has shown that the address is hers. */
export interface EmailVerified {
  readonly userId: string;
}

/** A person has another address, because her company's directory says so; it is known to be hers. */
export interface EmailChanged {
  readonly userId: string;
  readonly email: string;
  readonly emailBefore: string;
}

/** A person has shown that the telephone number in her profile is hers. */
export interface PhoneVerified {
  readonly userId: string;
}

/** A person has another password. Every session she had, in whichever tenant, has ended but the one named. */
export interface PasswordChanged {
  readonly userId: string;
  readonly by: 'HERSELF' | 'RESET';
  /** The session that goes on; null when none does. */
  readonly keptSessionId: string | null;
}

/** Staff of the platform has begun or ended to act in the name of a member. */
export interface ImpersonationChanged {
  readonly adminId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly reason: string;
  readonly change: 'BEGUN' | 'ENDED';
}

/** A person has one passkey more, or less, at the tenant. */
export interface PasskeyChanged {
  readonly userId: string;
  readonly passkeyId: string;
  readonly change: 'ADDED' | 'REMOVED';
}

/** Somebody set an authenticator app up, did away with it, or has new codes to recover with. */
export interface SecondFactorChanged {
  readonly realm: TokenRealm;
  readonly subjectId: string;
  readonly change: 'ENABLED' | 'DISABLED' | 'RECOVERY_CODES_RENEWED';
}

/** Somebody was asked to become a member. */
export interface MemberInvited {
  readonly invitationId: string;
  readonly roles: readonly string[];
}

/** A person says something else of herself; the names of what she changed. */
export interface ProfileChanged {
  readonly userId: string;
  readonly displayName: string;
  readonly fields: readonly string[];
}

/** Somebody agreed to something, or no longer. */
export interface ConsentGiven {
  readonly userId: string;
  readonly purpose: 'TERMS' | 'PRIVACY' | 'MARKETING_EMAIL' | 'MARKETING_SMS' | 'ANALYTICS' | 'DATA_SALE';
  readonly granted: boolean;
  readonly textVersion: string;
}

/** A role that a company has made is another, or no more. */
export interface RoleChanged {
  readonly role: string;
  readonly permissions: readonly string[];
  readonly change: 'CREATED' | 'UPDATED' | 'DELETED';
}

/** What a member may do here is no longer what her tokens say. */
export interface MembershipChanged {
  readonly membershipId: string;
  readonly userId: string;
  readonly roles: readonly string[];
  readonly status: UserStatus;
  /** What it was; absent where only what her roles allow has changed. */
  readonly before?: { readonly roles: readonly string[]; readonly status: UserStatus };
  /** Why she stands elsewhere; absent where she does not. */
  readonly reason?: string;
}

/** Somebody is a member no more. Every session she had in the tenant has ended. */
export interface MembershipRemoved {
  readonly membershipId: string;
  readonly userId: string;
  /** What she was until then. */
  readonly roles: readonly string[];
}

/**
 * A person stands elsewhere on the whole platform. It is in the log of the tenant where it was said, and holds for
 * every tenant: unless she may still sign in, every session she had, in whichever, has ended.
 */
export interface UserStatusChanged {
  readonly userId: string;
  readonly status: UserStatus;
  readonly statusBefore: UserStatus;
  readonly reason: string;
}

/** Another key is going to sign the tokens of a realm. */
export interface SigningKeyRotated {
  readonly realm: TokenRealm;
  readonly kid: string;
}

/** What a member of platform staff is or may do has changed; the names of the fields. */
export interface AdminChanged {
  readonly adminId: string;
  readonly roleBefore: string;
  readonly roleAfter: string;
  readonly fields: readonly string[];
}

/** A program has a new key. */
export interface ApiKeyCreated {
  readonly apiKeyId: string;
  readonly serviceAccountId: string;
  readonly permissions: readonly string[];
}

/** A key counts no more. */
export interface ApiKeyRevoked {
  readonly apiKeyId: string;
  readonly serviceAccountId: string;
}

/** A rule of a company's own about who may do what is another, or no more. */
export interface PolicyChanged {
  readonly policyId: string;
  readonly change: 'CREATED' | 'UPDATED' | 'ENABLED' | 'DISABLED' | 'DELETED';
  readonly effect: 'ALLOW' | 'DENY';
  readonly actions: readonly string[];
}

/** A directory may keep this company's people in step, or no longer. */
export interface ScimTokenChanged {
  readonly scimTokenId: string;
  readonly change: 'CREATED' | 'REVOKED';
}

/** A program that people sign in to by OpenID Connect is another, or no more. */
export interface OidcClientChanged {
  readonly clientId: string;
  readonly kind: 'WEB' | 'PUBLIC' | 'SERVICE';
  readonly permissions: readonly string[];
  readonly change: 'CREATED' | 'UPDATED' | 'DELETED';
}

/** Somebody has allowed a program something, or takes it back. */
export interface OidcConsentChanged {
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly change: 'GIVEN' | 'REVOKED';
}

/** Where people of a company can prove who they are is another. */
export interface IdentityProviderChanged {
  readonly identityProviderId: string;
  readonly type: 'OIDC' | 'SAML';
  readonly change: 'CREATED' | 'UPDATED' | 'DELETED';
}

/** An account elsewhere is somebody's here, or no longer. */
export interface FederatedIdentityChanged {
  readonly identityProviderId: string;
  readonly userId: string;
  readonly change: 'LINKED' | 'UNLINKED';
}

/** A request for what is known of somebody, or that it is forgotten, has come on. */
export interface PersonalDataRequestChanged {
  readonly requestId: string;
  readonly kind: PersonalDataKind;
  readonly userId: string | null;
  readonly clientId: string | null;
  /** The user who asked. */
  readonly requestedBy: string;
  readonly change: 'ASKED' | 'CANCELLED' | 'REFUSED' | 'READY' | 'FETCHED' | 'DONE' | 'FAILED';
}

export interface IdentityEvents extends PersonalDataAnswers<'identity'> {
  'identity.personal_data_requested': PersonalDataRequested;
  'identity.personal_data_request_changed': PersonalDataRequestChanged;
  'identity.identity_provider_changed': IdentityProviderChanged;
  'identity.federated_identity_changed': FederatedIdentityChanged;
  'identity.oidc_client_changed': OidcClientChanged;
  'identity.oidc_consent_changed': OidcConsentChanged;
  'identity.scim_token_changed': ScimTokenChanged;
  'identity.policy_changed': PolicyChanged;
  'identity.api_key_created': ApiKeyCreated;
  'identity.api_key_revoked': ApiKeyRevoked;
  'identity.admin_changed': AdminChanged;
  'identity.signing_key_rotated': SigningKeyRotated;
  'identity.role_changed': RoleChanged;
  'identity.membership_changed': MembershipChanged;
  'identity.membership_removed': MembershipRemoved;
  'identity.user_status_changed': UserStatusChanged;
  'identity.profile_changed': ProfileChanged;
  'identity.consent_given': ConsentGiven;
  'identity.member_invited': MemberInvited;
  'identity.second_factor_changed': SecondFactorChanged;
  'identity.passkey_changed': PasskeyChanged;
  'identity.impersonation_changed': ImpersonationChanged;
  'identity.membership_granted': MembershipGranted;
  'identity.login_succeeded': LoginSucceeded;
  'identity.login_failed': LoginFailed;
  'identity.session_ended': SessionEnded;
  'identity.mail_requested': MailRequested;
  'identity.sms_requested': SmsRequested;
  'identity.phone_verified': PhoneVerified;
  'identity.email_changed': EmailChanged;
  'identity.proof_requested': ProofRequested;
  'identity.proof_refused': ProofRefused;
  'identity.callback_refused': CallbackRefused;
  'identity.email_verified': EmailVerified;
  'identity.password_changed': PasswordChanged;
}
