import { z } from 'zod';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { INVITED_PERSON_PURPOSE, type InvitedPerson } from '../../_kernel/wire/invited-person.js';
import type { IdentityEvents } from '../events.js';
import { findMemberByEmail, findUsersByIds } from '../user/user.store.js';
import { INVITATION_DAYS, newInvitationToken } from './invitation.js';
import { replaceInvitation } from './invitation.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

const personSchema = z.object({ email: z.string(), displayName: z.string().nullable() }) satisfies z.ZodType<InvitedPerson>;

/** Invitations that another subgraph asks for by an event; whether the asker may is that one's to know. */
export interface RequestedInvitationService {
  /** Invites the owner of a new company, who is welcomed by it, in the caller's transaction. */
  inviteOwner(context: RequestContext, db: TenantDb, sealedOwner: string): Promise<void>;
  /** Invites somebody to work in it; not who is a member already. */
  inviteColleague(
    context: RequestContext,
    db: TenantDb,
    invitation: { readonly sealedPerson: string; readonly roles: readonly string[]; readonly invitedBy: string },
  ): Promise<void>;
}

export function createRequestedInvitationService(parts: {
  readonly outbox: Outbox<IdentityEvents>;
  readonly mails: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): RequestedInvitationService {
  const { outbox, mails, secretBox, publicUrl } = parts;

  const opened = (sealed: string): InvitedPerson =>
    personSchema.parse(JSON.parse(secretBox.open(sealed, INVITED_PERSON_PURPOSE)));

  /** @returns the link by which the invitation is accepted */
  const invite = async (
    context: RequestContext,
    db: TenantDb,
    { email, roles, invitedBy }: { readonly email: string; readonly roles: readonly string[]; readonly invitedBy: string | null },
  ): Promise<string> => {
    const now = context.clock.now();
    const token = newInvitationToken();
    const { id } = await replaceInvitation(db, {
      id: uuidv7(),
      email,
      roles,
      tokenHash: hashOfSecret(token),
      invitedBy,
      createdAt: now,
      expiresAt: new Date(now.getTime() + INVITATION_DAYS * DAY_MS),
    });
    await outbox.emit(db, context, 'identity.member_invited', { invitationId: id, roles });
    return `${addressOfTenant(publicUrl, context.tenant)}/account/accept-invitation?token=${token}`;
  };

  return {
    async inviteOwner(context, db, sealedOwner) {
      const { email, displayName } = opened(sealedOwner);
      const link = await invite(context, db, { email, roles: ['OWNER'], invitedBy: null });
      const values = { displayName: displayName ?? email, link };
      await mails.send(db, context, { template: 'TENANT_WELCOME', to: email, values });
    },

    async inviteColleague(context, db, { sealedPerson, roles, invitedBy }) {
      const { email } = opened(sealedPerson);
      if (await findMemberByEmail(db, email)) return;
      const [inviter] = await findUsersByIds(db, [invitedBy]);
      const link = await invite(context, db, { email, roles, invitedBy });
      await mails.send(db, context, {
        template: 'MEMBER_INVITATION',
        to: email,
        values: {
          inviterName: inviter?.displayName ?? context.tenant.name,
          role: roles.join(', '),
          link,
          days: INVITATION_DAYS,
        },
      });
    },
  };
}
