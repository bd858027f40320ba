import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import type { MembershipService } from '../membership/membership.service.js';
import { findMembershipsOfUsers, type MembershipRow } from '../membership/membership.store.js';
import { changeSeat } from '../membership/seat.js';
import type { RoleService } from '../role/role.service.js';
import { deleteMembership, endSessionsInTenant, membershipLocked, updateMembership } from '../standing/standing.store.js';
import { findUserById } from '../user/user.store.js';
import { requirePower, type Power } from './scim-caller.js';
import type { PlacedScimUser } from './user/scim-user.store.js';

/** Brings people's places in the company into line with what their directory says. */
export interface ScimPlaces {
  /**
   * Gives, changes or ends a place, in the caller's transaction. Where it ends her sessions here end with it, at once.
   * @throws {ForbiddenError} where it would give or take more than the power allows; an owner is never touched by a directory
   * @throws {QuotaExceededError} when every seat of the plan is taken
   */
  settle(context: RequestContext, db: TenantDb, power: Power, person: PlacedScimUser): Promise<void>;
  /** Ends a place, whatever the directory says of her. */
  end(context: RequestContext, db: TenantDb, power: Power, userId: string): Promise<void>;
}

/** Her own roles and those of her groups, each once. */
const rolesAskedFor = ({ ownRoles, groups }: PlacedScimUser): readonly string[] => [
  ...new Set([...ownRoles, ...groups.flatMap(({ group }) => group.roles)]),
];

const sameRoles = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((role) => other.includes(role));

export function createScimPlaces(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly roles: RoleService;
}): ScimPlaces {
  const { platform, outbox, memberships, roles: roleService } = parts;

  const placeLocked = async (db: TenantDb, userId: string): Promise<MembershipRow | null> => {
    const [place] = await findMembershipsOfUsers(db, [userId]);
    return place ? membershipLocked(db, place.id) : null;
  };

  const end = async (context: RequestContext, db: TenantDb, place: MembershipRow): Promise<void> => {
    const { id: membershipId, userId, roles } = place;
    await deleteMembership(db, membershipId);
    await changeSeat(db, context, roles, []);
    await outbox.emit(db, context, 'identity.membership_removed', { membershipId, userId, roles });
    const reason = 'REMOVED';
    for (const sessionId of await endSessionsInTenant(db, userId, reason, context.clock.now())) {
      await outbox.emit(db, context, 'identity.session_ended', { realm: 'tenant', subjectId: userId, sessionId, reason });
    }
  };

  const change = async (context: RequestContext, db: TenantDb, place: MembershipRow, roles: readonly string[]): Promise<void> => {
    const { id: membershipId, userId, status } = place;
    await updateMembership(db, membershipId, { roles });
    await changeSeat(db, context, place.roles, roles);
    const before = { roles: place.roles, status };
    await outbox.emit(db, context, 'identity.membership_changed', { membershipId, userId, roles, status, before });
  };

  return {
    async end(context, db, power, userId) {
      const place = await placeLocked(db, userId);
      if (!place) return;
      requirePower(power, place.roles, await roleService.catalogue(context));
      await end(context, db, place);
    },

    async settle(context, db, power, person) {
      const catalogue = await roleService.catalogue(context);
      const place = await placeLocked(db, person.userId);
      const wanted = rolesAskedFor(person).filter((role) => catalogue.has(role));
      if (place && person.active && sameRoles(place.roles, wanted)) return;
      if (place) requirePower(power, place.roles, catalogue);
      if (!person.active) {
        if (place) await end(context, db, place);
        return;
      }
      requirePower(power, wanted, catalogue);
      if (place) return change(context, db, place, wanted);
      const user = await findUserById(platform.db, person.userId);
      if (user) await memberships.grant(context, db, user, wanted);
    },
  };
}
