import type { DataSubject } from '../../_kernel/personal-data/personal-data.js';
import type { Holding } from '../../_kernel/personal-data/holding.js';
import { sql, type Sql } from '../../_kernel/tenancy/sql.js';
import { hashOfEmail } from '../../_kernel/mail/mail.js';

const ofUser = ({ userId }: DataSubject): Sql => sql`t.user_id = ${userId}::uuid`;
const signedInAs = ({ userId }: DataSubject): Sql => sql`t.subject_id = ${userId}::uuid AND t.realm = 'tenant'`;

const identity = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'identity', ...holding });
const deleted = { how: 'DELETE' } as const;

/** What identity knows of a person at one company. Her account is the platform's: it goes with her last membership. */
export const IDENTITY_HOLDINGS: readonly Holding[] = [
  identity({
    section: 'account',
    table: 'user',
    whose: ({ userId }) => sql`t.id = ${userId}::uuid`,
    erasure: {
      how: 'KEEP',
      reason: 'The account is hers beyond this company: it goes at once when this was her last membership.',
    },
  }),
  identity({
    section: 'openAuthorizations',
    table: 'oidc_record',
    whose: ({ userId }) => sql`t.grant_hash IN (SELECT g.hash FROM identity.oidc_grant g WHERE g.user_id = ${userId}::uuid)`,
    withheld: ['hash', 'sealed', 'grant_hash', 'uid_hash'],
    erasure: deleted,
  }),
  identity({ section: 'grants', table: 'oidc_grant', whose: ofUser, withheld: ['hash'], erasure: deleted }),
  identity({ section: 'allowedPrograms', table: 'oidc_consent', whose: ofUser, erasure: deleted }),
  identity({ section: 'impersonations', table: 'impersonation', whose: ofUser, erasure: deleted }),
  identity({ section: 'sessions', table: 'session', whose: signedInAs, erasure: deleted }),
  identity({ section: 'pendingSignIns', table: 'sign_in_challenge', whose: signedInAs, withheld: ['hash'], erasure: deleted }),
  identity({
    section: 'failedSignIns',
    table: 'sign_in_attempts',
    whose: ({ emails }) => sql`t.key = ANY(${emails.map((email) => `account:${hashOfEmail(email)}`)}::text[])`,
    erasure: deleted,
  }),
  identity({ section: 'trustedDevices', table: 'trusted_device', whose: ofUser, withheld: ['token_hash'], erasure: deleted }),
  identity({ section: 'passkeys', table: 'passkey', whose: ofUser, withheld: ['public_key'], erasure: deleted }),
  identity({ section: 'passkeyChallenges', table: 'passkey_challenge', whose: ofUser, withheld: ['hash'], erasure: deleted }),
  identity({
    section: 'mailedProofs',
    table: 'mailed_proof',
    whose: ofUser,
    withheld: ['token_hash', 'code_hash'],
    erasure: deleted,
  }),
  identity({ section: 'phoneCodes', table: 'phone_verification', whose: ofUser, withheld: ['code_hash'], erasure: deleted }),
  identity({
    section: 'invitations',
    table: 'invitation',
    whose: ({ userId, emails }) => sql`(t.accepted_by = ${userId}::uuid OR t.email = ANY(${[...emails]}::text[]))`,
    withheld: ['token_hash'],
    erasure: deleted,
  }),
  identity({ section: 'identitiesElsewhere', table: 'federated_identity', whose: ofUser, erasure: deleted }),
  identity({ section: 'directoryEntries', table: 'scim_user', whose: ofUser, erasure: deleted }),
  identity({
    section: 'consents',
    table: 'consent',
    whose: ofUser,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['ip', 'user_agent'],
      call: ({ userId }) => sql`identity.blank_consents(${userId}::uuid)`,
      reason: 'That somebody agreed, and to what, has to be shown later (GDPR, articles 7(1) and 17(3)(e)).',
    },
  }),
  identity({ section: 'memberships', table: 'membership', whose: ofUser, erasure: deleted }),
];
