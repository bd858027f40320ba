import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { hashOfEmail, type Mail } from '../../_kernel/mail/mail.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDb, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents, ProofRequested } from '../events.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import { maySignIn } from '../user/user.js';
import { findMemberByEmail, findUsersByIds, type UserRow } from '../user/user.store.js';
import {
  ADDRESS_PURPOSE,
  codeFits,
  hashProofCode,
  hashProofToken,
  isStanding,
  newProofCode,
  newProofToken,
  PROOF_MINUTES,
  PROOFS_AN_HOUR,
  type ProofPurpose,
  type ShownProof,
} from './mailed-proof.js';
import {
  countProofsSince,
  countWrongCode,
  lockProof,
  markProofUsed,
  replaceProofs,
  type MailedProofRow,
} from './mailed-proof.store.js';

const HOUR_MS = 60 * 60 * 1_000;

/** Paths of the pages that the links lead to. */
const PAGES: Readonly<Record<ProofPurpose, string>> = {
  EMAIL_VERIFICATION: '/account/verify-email',
  PASSWORD_RESET: '/account/reset-password',
  SIGN_IN: '/account/sign-in',
  EMAIL_CHANGE: '/account/verify-email',
};

const askedSchema = z.object({ email: emailSchema });

export interface MailedProofService {
  /**
   * Takes a request in. The answer and the time it takes are the same whether or not the address is known: who it
   * is, is looked up behind it.
   * @throws {ValidationError}
   */
  request(context: RequestContext, purpose: ProofPurpose, email: string): Promise<{ readonly email: string }>;
  /** Sends the proof that was requested, if there is anybody to send it to. */
  send(context: RequestContext, db: TenantDb, request: ProofRequested): Promise<void>;
  /**
   * Uses a proof up, in the caller's transaction; that must commit also when the answer is null, since a wrong
   * code has been counted.
   * @returns null for a proof that does not count, whatever the reason
   */
  use(context: RequestContext, db: PlatformDb, purpose: ProofPurpose, shown: ShownProof): Promise<MailedProofRow | null>;
}

interface MailFacts {
  readonly displayName: string;
  readonly code: string;
  readonly link: string;
  readonly minutes: number;
}

/** A new password is chosen behind the link only: a code of six digits is too little for that. */
function mailOf(purpose: ProofPurpose, { email: to, locale }: Pick<UserRow, 'email' | 'locale'>, { code, ...facts }: MailFacts): Mail {
  switch (purpose) {
    case 'PASSWORD_RESET':
      return { template: 'PASSWORD_RESET', to, locale, values: facts };
    case 'SIGN_IN':
      return { template: 'SIGN_IN_LINK', to, locale, values: { ...facts, code } };
    case 'EMAIL_VERIFICATION':
    case 'EMAIL_CHANGE':
      return { template: 'EMAIL_VERIFICATION', to, locale, values: { ...facts, code } };
  }
}

export function createMailedProofService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly mails: MailDesk;
  readonly publicUrl: string;
}): MailedProofService {
  const { tenants, outbox, secretBox, mails, publicUrl } = parts;

  const mayHave = async (db: TenantDb, purpose: ProofPurpose, user: UserRow): Promise<boolean> => {
    if (purpose === 'EMAIL_VERIFICATION') return user.status === 'PENDING';
    const [membership] = await findMembershipsOfUsers(db, [user.id]);
    return membership !== undefined && maySignIn(membership.status) && maySignIn(user.status);
  };

  return {
    async request(context, purpose, asked) {
      const { email } = validate(askedSchema, { email: asked });
      await tenants.transaction(context, (db) =>
        outbox.emit(db, context, 'identity.proof_requested', {
          purpose,
          sealedEmail: secretBox.seal(email, ADDRESS_PURPOSE),
          recipientHash: hashOfEmail(email),
        }),
      );
      return { email };
    },

    async send(context, db, { purpose, sealedEmail, userId }) {
      if (sealedEmail === '') return;
      const email = secretBox.open(sealedEmail, ADDRESS_PURPOSE);
      const now = context.clock.now();
      const user = userId === undefined ? await findMemberByEmail(db, email) : (await findUsersByIds(db, [userId]))[0];
      if (!user || !(await mayHave(db, purpose, user))) return;
      const sent = await countProofsSince(db, email, purpose, new Date(now.getTime() - HOUR_MS));
      if (sent >= PROOFS_AN_HOUR) return;

      const id = uuidv7();
      const [token, code] = [newProofToken(), newProofCode()];
      const minutes = PROOF_MINUTES[purpose];
      await replaceProofs(db, {
        id,
        userId: user.id,
        purpose,
        email,
        tokenHash: hashProofToken(token),
        codeHash: hashProofCode(id, code),
        createdAt: now,
        expiresAt: new Date(now.getTime() + minutes * 60_000),
      });
      const link = `${addressOfTenant(publicUrl, context.tenant)}${PAGES[purpose]}?token=${token}`;
      await mails.send(db, context, mailOf(purpose, { email, locale: user.locale }, { displayName: user.displayName, code, link, minutes }));
    },

    async use(context, db, purpose, shown) {
      const now = context.clock.now();
      const proof = await lockProof(db, context.tenant.id, purpose, shown);
      if (!proof || !isStanding(proof, now)) return null;
      if ('code' in shown && !codeFits(proof, shown.code)) {
        await countWrongCode(db, proof);
        return null;
      }
      await markProofUsed(db, proof, now);
      return proof;
    },
  };
}
