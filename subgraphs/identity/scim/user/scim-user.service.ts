import { isDeepStrictEqual } from 'node:util';
import { ConflictError, ForbiddenError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../../events.js';
import { ScimGroupId, ScimUserId } from '../../ids.js';
import type { AddressChangeService } from '../../address-change/address-change.service.js';
import type { MembershipService } from '../../membership/membership.service.js';
import type { RoleService } from '../../role/role.service.js';
import { distrustUnproven } from '../../user/distrust-unproven.js';
import { insertPasswordlessUser } from '../../user/passwordless-user.store.js';
import { findUserWithPassword } from '../../user/user.store.js';
import { USER_SHAPE } from '../protocol/attributes.js';
import type { ListQuery, ResourceList } from '../protocol/list-query.js';
import { applyPatch, operationsOf } from '../protocol/patch.js';
import { requireVersion } from '../protocol/preconditions.js';
import { badRequest, notFound } from '../protocol/scim-error.js';
import { tidyResource, type JsonObject } from '../protocol/tidy.js';
import { powerOf, requirePower, type ScimCaller } from '../scim-caller.js';
import type { ScimPlaces } from '../scim-place.js';
import { accountAddressOf, describedUser, keyOf, statedAddressOf, userResource, type DescribedUser } from './scim-user.js';
import {
  deleteScimUser,
  findScimUser,
  findScimUsers,
  insertScimUser,
  isNameTaken,
  lockScimUser,
  updateScimUser,
  type PlacedScimUser,
} from './scim-user.store.js';

/**
 * People as a company's directory keeps them. What is shown of somebody is what her own directory said of her: an
 * address that the platform knows already gives her a place here, and tells nothing of where else she has one.
 * Every call may throw {ScimError}, and what `ScimPlaces` throws.
 */
export interface ScimUserService {
  create(caller: ScimCaller, body: unknown): Promise<JsonObject>;
  get(caller: ScimCaller, id: string): Promise<JsonObject>;
  list(caller: ScimCaller, query: ListQuery): Promise<ResourceList>;
  replace(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  patch(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  /** Ends her place here, and forgets what the directory said of her. */
  remove(caller: ScimCaller, id: string, ifMatch: string | undefined): Promise<void>;
}

/** What of a person a directory may write, as it stands. */
const writableOf = ({ userName, externalId, active, attributes }: PlacedScimUser): JsonObject => ({
  ...structuredClone(attributes as JsonObject),
  userName,
  ...(externalId === null ? {} : { externalId }),
  active,
});

const shown = (base: string, row: PlacedScimUser): JsonObject =>
  userResource(base, {
    ...row,
    id: ScimUserId.encode(row.id),
    active: row.active && row.isMember,
    attributes: row.attributes as JsonObject,
    groups: row.groups.map(({ group }) => ({ id: ScimGroupId.encode(group.id), displayName: group.displayName })),
  });

const nameTaken = (): ConflictError => new ConflictError('There is somebody of this userName or this address already');

export function createScimUserService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly roles: RoleService;
  readonly places: ScimPlaces;
  readonly addressChanges: AddressChangeService;
}): ScimUserService {
  const { tenants, platform, outbox, memberships, roles: roleService, places, addressChanges } = parts;

  const uuidOf = (id: string): string => {
    const uuid = ScimUserId.decode(id);
    if (uuid === null) throw notFound('User');
    return uuid;
  };

  /** Roles that a directory asks for by name. */
  const knownRoles = async (context: RequestContext, asked: readonly string[]): Promise<readonly string[]> => {
    const catalogue = await roleService.catalogue(context);
    const unknown = asked.filter((role) => !catalogue.has(role));
    if (unknown.length > 0) throw badRequest('invalidValue', `roles: the company has no role ${unknown.join(', ')}`);
    return [...new Set(asked)];
  };

  const personOf = async (context: RequestContext, db: PlatformDb, described: DescribedUser) => {
    const email = accountAddressOf(described);
    const known = await findUserWithPassword(db, email);
    if (known) await distrustUnproven(context, db, outbox, known);
    const user = known ?? (await insertPasswordlessUser(db, { id: uuidv7(), email, displayName: described.displayName, status: 'PENDING' }));
    if (!user) throw new ConflictError('Somebody signed up with this address at this moment; try again');
    return user;
  };

  /** The roles she has whatever groups she is in, once her directory has spoken. */
  const ownRolesAfter = async ({ context, token }: ScimCaller, before: PlacedScimUser, described: DescribedUser) => {
    if (described.roles) return knownRoles(context, described.roles);
    const hadAsked = 'roles' in (before.attributes as JsonObject);
    return hadAsked ? [token.defaultRole] : before.ownRoles;
  };

  /** Her account follows what her directory says of her address, as long as she has a place here. */
  const followAddress = async (context: RequestContext, db: TenantDb, before: PlacedScimUser, described: DescribedUser): Promise<void> => {
    const address = statedAddressOf(described);
    const isNews = address !== statedAddressOf(before) || !before.isMember;
    if (address !== null && described.active && isNews) await addressChanges.follow(context, db, before.userId, address);
  };

  const update = async (
    caller: ScimCaller,
    id: string,
    ifMatch: string | undefined,
    next: (present: JsonObject) => JsonObject,
  ): Promise<JsonObject> => {
    const { context, base } = caller;
    const uuid = uuidOf(id);
    return tenants.transaction(context, async (db) => {
      const before = await lockScimUser(db, uuid);
      if (!before) throw notFound('User');
      requireVersion(ifMatch, before.version);
      const described = describedUser(next(writableOf(before)));
      const { userName, externalId, active, attributes } = described;
      const ownRoles = await ownRolesAfter(caller, before, described);
      const state = { userName, externalId, active, ownRoles: [...ownRoles] };
      const present = { userName: before.userName, externalId: before.externalId, active: before.active, ownRoles: before.ownRoles };
      const isPlaced = before.isMember === active;
      if (isPlaced && isDeepStrictEqual(state, present) && isDeepStrictEqual(attributes, before.attributes)) return shown(base, before);
      const userNameKey = keyOf(userName);
      if (userNameKey !== before.userNameKey && (await isNameTaken(db, userNameKey, uuid))) throw nameTaken();
      await followAddress(context, db, before, described);
      await updateScimUser(db, uuid, { ...state, userNameKey, attributes, updatedAt: context.clock.now() });
      const after = { ...before, ...state };
      if (!isPlaced || !isDeepStrictEqual(state.ownRoles, present.ownRoles)) await places.settle(context, db, powerOf(caller), after);
      const written = await findScimUser(db, uuid);
      if (!written) throw new Error(`SCIM user ${uuid} went while it was locked`);
      return shown(base, written);
    });
  };

  return {
    async create(caller, body) {
      const { context, token, base } = caller;
      if (context.tenant.status === 'TRIAL_EXPIRED') throw new ForbiddenError('The trial has ended: new people need a plan');
      const described = describedUser(tidyResource(USER_SHAPE, body));
      const { userName, externalId, active, attributes } = described;
      const asked = described.roles ? await knownRoles(context, described.roles) : [token.defaultRole];
      const catalogue = await roleService.catalogue(context);
      requirePower(powerOf(caller), asked, catalogue);
      const tenantId = context.tenant.id;
      const id = uuidv7();
      await platform.transaction(async (db) => {
        const user = await personOf(context, db, described);
        const present = await db.membership.findFirst({ where: { tenantId, userId: user.id } });
        if (!present && active) await memberships.grant(context, db, user, asked);
        const now = context.clock.now();
        const row = await insertScimUser(db, {
          tenantId,
          id,
          userId: user.id,
          userName,
          userNameKey: keyOf(userName),
          externalId,
          // Whoever is a member already stays one: a directory that has just learned of her takes nothing away.
          active: active || present !== null,
          ownRoles: present ? present.roles : [...asked],
          attributes,
          version: 1,
          createdAt: now,
          updatedAt: now,
        });
        if (!row) throw nameTaken();
      });
      const created = await findScimUser(tenants.of(context), id);
      if (!created) throw new Error(`SCIM user ${id} is not there`);
      return shown(base, created);
    },

    async get({ context, base }, id) {
      const row = await findScimUser(tenants.of(context), uuidOf(id));
      if (!row) throw notFound('User');
      return shown(base, row);
    },

    async list({ context, base }, query) {
      const { total, rows } = await findScimUsers(tenants.of(context), query);
      return { total, resources: rows.map((row) => shown(base, row)) };
    },

    replace: (caller, id, body, ifMatch) =>
      update(caller, id, ifMatch, ({ active }) => ({ active, ...tidyResource(USER_SHAPE, body) })),

    async patch(caller, id, body, ifMatch) {
      const operations = operationsOf(body);
      return update(caller, id, ifMatch, (present) => {
        applyPatch(USER_SHAPE, present, operations);
        return present;
      });
    },

    async remove(caller, id, ifMatch) {
      const { context } = caller;
      const uuid = uuidOf(id);
      await tenants.transaction(context, async (db) => {
        const row = await lockScimUser(db, uuid);
        if (!row) throw notFound('User');
        requireVersion(ifMatch, row.version);
        await places.end(context, db, powerOf(caller), row.userId);
        await deleteScimUser(db, uuid);
      });
    },
  };
}
