import { z } from 'zod';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { emailSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import type { MembershipService } from '../membership/membership.service.js';
import { findMembershipsOfUsers, type MembershipRow } from '../membership/membership.store.js';
import { requireFreeSeat } from '../membership/seat.js';
import { newPasswordSchema } from '../password/password.js';
import type { PasswordHasher } from '../password/password-hasher.js';
import type { PasswordPolicy } from '../password/password-policy.js';
import type { RoleService } from '../role/role.service.js';
import { displayNameSchema } from '../user/user.js';
import {
  findMemberByEmail,
  findUsersByIds,
  findUserWithPassword,
  insertUser,
  markEmailVerified,
  type UserRow,
} from '../user/user.store.js';
import { INVITATION_DAYS, newInvitationToken, statusOf } from './invitation.js';
import {
  findInvitationsPage,
  INVITATION_SORT,
  lockInvitation,
  markAccepted,
  replaceInvitation,
  revokeOpenInvitation,
  type InvitationRow,
} from './invitation.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MOST_AT_ONCE = 100;

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED_LINK = 'The invitation is not valid any more; ask for a new one';

const invitationSchema = z.object({
  email: emailSchema,
  roles: z.array(z.string()),
});

const newcomerSchema = z.object({ displayName: displayNameSchema, password: newPasswordSchema });

export interface InvitationInput {
  readonly email: string;
  readonly roles: readonly string[];
}

export interface AcceptanceInput {
  readonly token: string;
  /** Of somebody the platform does not know yet. */
  readonly displayName?: string | null | undefined;
  readonly password?: string | null | undefined;
}

type InvitationRefusal = ValidationError | ConflictError | ForbiddenError | QuotaExceededError;

const isRefusal = (error: unknown): error is InvitationRefusal =>
  error instanceof ValidationError ||
  error instanceof ConflictError ||
  error instanceof ForbiddenError ||
  error instanceof QuotaExceededError;

/** What became of one invitation of several. */
export type InvitationOutcome =
  | { readonly ok: true; readonly email: string; readonly invitation: InvitationRow }
  | { readonly ok: false; readonly email: string; readonly error: InvitationRefusal };

export interface InvitationService {
  /**
   * Sends somebody an invitation; an open one to the same address ends by it.
   * @throws {ForbiddenError} without `users:invite`, or for roles that allow more than the inviter may
   * @throws {ValidationError}
   * @throws {ConflictError} when she is a member already
   * @throws {QuotaExceededError} when every seat of the plan is taken
   */
  invite(context: RequestContext, input: InvitationInput): Promise<InvitationRow>;
  /** Several, each for itself. @throws {ForbiddenError} @throws {ValidationError} for none or more than 100 */
  inviteAll(context: RequestContext, inputs: readonly InvitationInput[]): Promise<readonly InvitationOutcome[]>;
  /** Newest first. @throws {ForbiddenError} */
  list(context: RequestContext, args: PageArgs): Promise<Connection<InvitationRow>>;
  /** @throws {ForbiddenError} @throws {NotFoundError} alike for one that is unknown and one that is not open */
  revoke(context: RequestContext, id: string): Promise<InvitationRow>;
  /**
   * Makes whoever holds the link a member. The link was sent to the address, so the address is hers.
   * @throws {UnauthenticatedError} alike for a link that is unknown, used, revoked, expired or of another tenant
   * @throws {ValidationError} when the platform does not know her and name or password is missing or breaks a rule
   * @throws {QuotaExceededError} when every seat of the plan has been taken meanwhile
   */
  accept(context: RequestContext, input: AcceptanceInput): Promise<MembershipRow>;
}

export function createInvitationService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly mails: MailDesk;
  readonly roles: RoleService;
  readonly publicUrl: string;
}): InvitationService {
  const { tenants, platform, outbox, memberships, hasher, policy, mails, roles: roleService, publicUrl } = parts;

  const invite: InvitationService['invite'] = async (context, input) => {
    const inviter = requireMember(context);
    requirePermission(context, 'users:invite', 'users:manage');
    const { email, roles } = validate(invitationSchema, input);
    await roleService.requireGrantable(context, roles);
    const now = context.clock.now();
    const token = newInvitationToken();
    return tenants.transaction(context, async (db) => {
      const [member, [self]] = await Promise.all([findMemberByEmail(db, email), findUsersByIds(db, [inviter.userId])]);
      if (member) throw new ConflictError('This person is a member already');
      await requireFreeSeat(db, context, roles);
      const invitation = await replaceInvitation(db, {
        id: uuidv7(),
        email,
        roles,
        tokenHash: hashOfSecret(token),
        invitedBy: inviter.userId,
        createdAt: now,
        expiresAt: new Date(now.getTime() + INVITATION_DAYS * DAY_MS),
      });
      await outbox.emit(db, context, 'identity.member_invited', { invitationId: invitation.id, roles });
      await mails.send(db, context, {
        template: 'MEMBER_INVITATION',
        to: email,
        values: {
          inviterName: self?.displayName ?? context.tenant.name,
          role: roles.join(', '),
          link: `${addressOfTenant(publicUrl, context.tenant)}/account/accept-invitation?token=${token}`,
          days: INVITATION_DAYS,
        },
      });
      return invitation;
    });
  };

  /** The person of the address: known, or made from what she gives. */
  const personOf = async (context: RequestContext, db: PlatformDb, email: string, given: AcceptanceInput): Promise<UserRow> => {
    const known = await findUserWithPassword(db, email);
    if (known) {
      if (await markEmailVerified(db, known.id, email)) await outbox.emit(db, context, 'identity.email_verified', { userId: known.id });
      return known;
    }
    const { displayName, password } = validate(newcomerSchema, {
      displayName: given.displayName ?? '',
      password: given.password ?? '',
    });
    await policy.require('password', password, [email, displayName]);
    const passwordHash = await hasher.hash(password);
    const created = await insertUser(db, { id: uuidv7(), email, displayName, status: 'ACTIVE', passwordHash });
    if (!created) throw new ConflictError('Somebody signed up with this address at this moment; try again');
    return created;
  };

  return {
    invite,

    async inviteAll(context, inputs) {
      requirePermission(context, 'users:invite', 'users:manage');
      if (inputs.length === 0 || inputs.length > MOST_AT_ONCE) {
        throw ValidationError.of('invitations', `must be 1 to ${MOST_AT_ONCE}`);
      }
      const outcomes: InvitationOutcome[] = [];
      for (const input of inputs) {
        const { email } = input;
        try {
          outcomes.push({ ok: true, email, invitation: await invite(context, input) });
        } catch (error) {
          if (!isRefusal(error)) throw error;
          outcomes.push({ ok: false, email, error });
        }
      }
      return outcomes;
    },

    async list(context, args) {
      requirePermission(context, 'users:invite', 'users:manage');
      const page = pageOf(args, INVITATION_SORT);
      const rows = await findInvitationsPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async revoke(context, id) {
      requirePermission(context, 'users:invite', 'users:manage');
      const revoked = await revokeOpenInvitation(tenants.of(context), id, context.clock.now());
      if (!revoked) throw new NotFoundError('Open invitation');
      return revoked;
    },

    accept: (context, input) =>
      platform.transaction(async (db) => {
        const now = context.clock.now();
        const invitation = await lockInvitation(db, context.tenant.id, hashOfSecret(input.token));
        if (!invitation || statusOf(invitation, now) !== 'PENDING') throw new UnauthenticatedError(REFUSED_LINK);
        const user = await personOf(context, db, invitation.email, input);
        await markAccepted(db, invitation, user.id, now);
        const granted = await memberships.grant(context, db, user, invitation.roles);
        const [membership] = granted ? [granted] : await findMembershipsOfUsers(tenants.of(context), [user.id]);
        if (!membership) throw new UnauthenticatedError(REFUSED_LINK);
        return membership;
      }),
  };
}
