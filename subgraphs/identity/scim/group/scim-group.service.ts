import { isDeepStrictEqual } from 'node:util';
import { ConflictError, NotFoundError } from '../../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { ScimGroupId, ScimUserId } from '../../ids.js';
import { mayHandOn } from '../../role/role.js';
import type { RoleService } from '../../role/role.service.js';
import { GROUP_SHAPE } from '../protocol/attributes.js';
import type { ListQuery, ResourceList } from '../protocol/list-query.js';
import { applyPatch, operationsOf } from '../protocol/patch.js';
import { requireVersion } from '../protocol/preconditions.js';
import { badRequest, notFound } from '../protocol/scim-error.js';
import { tidyResource, type JsonObject } from '../protocol/tidy.js';
import { powerOf, type Power, type ScimCaller } from '../scim-caller.js';
import type { ScimPlaces } from '../scim-place.js';
import { keyOf } from '../user/scim-user.js';
import { lockScimUsers } from '../user/scim-user.store.js';
import { describedGroup, groupResource, MOST_CHANGES, noSuchMember } from './scim-group.js';
import {
  changeMembers,
  deleteScimGroup,
  findGroupMembers,
  findScimGroup,
  findScimGroups,
  findScimGroupsPage,
  insertScimGroup,
  isGroupNameTaken,
  lockScimGroup,
  SCIM_GROUP_SORT,
  updateScimGroup,
  type ScimGroupRow,
} from './scim-group.store.js';

/**
 * Groups as a company's directory keeps them, and the roles they stand for. Every call of a directory may throw
 * {ScimError}, and what `ScimPlaces` throws.
 */
export interface ScimGroupService {
  /** A group that is called as a role is stands for that role, if the directory may give it; for none otherwise. */
  create(caller: ScimCaller, body: unknown): Promise<JsonObject>;
  get(caller: ScimCaller, id: string, withMembers: boolean): Promise<JsonObject>;
  list(caller: ScimCaller, query: ListQuery, withMembers: boolean): Promise<ResourceList>;
  replace(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  patch(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  remove(caller: ScimCaller, id: string, ifMatch: string | undefined): Promise<void>;
  /** Oldest first. @throws {ForbiddenError} */
  page(context: RequestContext, args: PageArgs): Promise<Connection<ScimGroupRow>>;
  /**
   * Says which roles a group stands for; its members have them at once.
   * @throws {UnauthenticatedError} @throws {StepUpRequiredError} @throws {NotFoundError} @throws {ValidationError}
   * @throws {ForbiddenError} for roles, or members, that may more than whoever asks
   * @throws {QuotaExceededError} when more members would work here than the plan has seats
   */
  map(context: RequestContext, id: string, roles: readonly string[]): Promise<ScimGroupRow>;
}

const nameTaken = (): ConflictError => new ConflictError('There is a group of this displayName already');

export function createScimGroupService(parts: {
  readonly tenants: TenantDatabase;
  readonly roles: RoleService;
  readonly places: ScimPlaces;
}): ScimGroupService {
  const { tenants, roles: roleService, places } = parts;

  const uuidOf = (id: string): string => {
    const uuid = ScimGroupId.decode(id);
    if (uuid === null) throw notFound('Group');
    return uuid;
  };

  const shownWith = async (db: TenantDb, base: string, rows: readonly ScimGroupRow[], withMembers: boolean): Promise<JsonObject[]> => {
    const members = withMembers ? await findGroupMembers(db, rows.map(({ id }) => id)) : [];
    return rows.map((row) =>
      groupResource(base, {
        ...row,
        id: ScimGroupId.encode(row.id),
        members: withMembers
          ? members.filter(({ groupId }) => groupId === row.id).map(({ id, display }) => ({ id: ScimUserId.encode(id), display }))
          : undefined,
      }),
    );
  };

  const shown = async (db: TenantDb, base: string, row: ScimGroupRow, withMembers = true): Promise<JsonObject> => {
    const [resource] = await shownWith(db, base, [row], withMembers);
    if (!resource) throw new Error(`SCIM group ${row.id} is not shown`);
    return resource;
  };

  const settleAll = async (context: RequestContext, db: TenantDb, power: Power, userIds: readonly string[]): Promise<void> => {
    for (const person of await lockScimUsers(db, userIds)) {
      // Who has been let go is in her groups still, and gets nothing by it.
      if (person.active) await places.settle(context, db, power, person);
    }
  };

  /** Lets those and only those be in a group who are named. @returns whether anything is another */
  const setMembers = async (
    { context, ...caller }: ScimCaller,
    db: TenantDb,
    group: ScimGroupRow,
    wanted: readonly string[],
  ): Promise<boolean> => {
    const present = (await findGroupMembers(db, [group.id])).map(({ id }) => id);
    const [before, after] = [new Set(present), new Set(wanted)];
    const added = wanted.filter((id) => !before.has(id));
    const removed = present.filter((id) => !after.has(id));
    const concerned = [...added, ...removed];
    if (concerned.length === 0) return false;
    if (concerned.length > MOST_CHANGES) throw badRequest('tooMany', `At most ${MOST_CHANGES} members come or go at once`);
    // Locked first and in one order, so that two requests about the same people do not wait for one another.
    if ((await lockScimUsers(db, concerned)).length < concerned.length) throw noSuchMember();
    await changeMembers(db, group.id, { added, removed, at: context.clock.now() });
    if (group.roles.length > 0) await settleAll(context, db, powerOf({ context, ...caller }), concerned);
    return true;
  };

  const rolesOfName = async (caller: ScimCaller, displayName: string): Promise<string[]> => {
    const catalogue = await roleService.catalogue(caller.context);
    const role = [...catalogue.keys()].find((name) => keyOf(name) === keyOf(displayName));
    return role !== undefined && mayHandOn(powerOf(caller), [role], catalogue) ? [role] : [];
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
      const before = await lockScimGroup(db, uuid);
      if (!before) throw notFound('Group');
      requireVersion(ifMatch, before.version);
      const present = (await findGroupMembers(db, [uuid])).map((member) => ({ value: ScimUserId.encode(member.id), display: member.display }));
      const { displayName, externalId } = before;
      const described = describedGroup(next({ displayName, ...(externalId === null ? {} : { externalId }), members: present }));
      const displayNameKey = keyOf(described.displayName);
      if (displayNameKey !== before.displayNameKey && (await isGroupNameTaken(db, displayNameKey, uuid))) throw nameTaken();
      const moved = await setMembers(caller, db, before, described.memberIds);
      const names = { displayName: described.displayName, externalId: described.externalId };
      if (!moved && isDeepStrictEqual(names, { displayName, externalId })) return shown(db, base, before);
      return shown(db, base, await updateScimGroup(db, uuid, { ...names, displayNameKey, updatedAt: context.clock.now() }));
    });
  };

  return {
    async create(caller, body) {
      const { context, base } = caller;
      const { displayName, externalId, memberIds } = describedGroup(tidyResource(GROUP_SHAPE, body));
      const roles = await rolesOfName(caller, displayName);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const row = { id: uuidv7(), displayName, displayNameKey: keyOf(displayName), externalId, roles, version: 1 };
        const group = await insertScimGroup(db, { ...row, createdAt: now, updatedAt: now });
        if (!group) throw nameTaken();
        await setMembers(caller, db, group, memberIds);
        return shown(db, base, group);
      });
    },

    async get({ context, base }, id, withMembers) {
      const db = tenants.of(context);
      const row = await findScimGroup(db, uuidOf(id));
      if (!row) throw notFound('Group');
      return shown(db, base, row, withMembers);
    },

    async list({ context, base }, query, withMembers) {
      const db = tenants.of(context);
      const { total, rows } = await findScimGroups(db, query);
      return { total, resources: await shownWith(db, base, rows, withMembers) };
    },

    replace: (caller, id, body, ifMatch) => update(caller, id, ifMatch, () => tidyResource(GROUP_SHAPE, body)),

    async patch(caller, id, body, ifMatch) {
      const operations = operationsOf(body);
      return update(caller, id, ifMatch, (present) => {
        applyPatch(GROUP_SHAPE, present, operations);
        return present;
      });
    },

    async remove(caller, id, ifMatch) {
      const { context } = caller;
      const uuid = uuidOf(id);
      await tenants.transaction(context, async (db) => {
        const group = await lockScimGroup(db, uuid);
        if (!group) throw notFound('Group');
        requireVersion(ifMatch, group.version);
        await setMembers(caller, db, group, []);
        await deleteScimGroup(db, uuid);
      });
    },

    async page(context, args) {
      requirePermission(context, 'users:manage');
      const page = pageOf(args, SCIM_GROUP_SORT);
      const rows = await findScimGroupsPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async map(context, id, wanted) {
      const member = requireMember(context);
      requirePermission(context, 'users:manage');
      requireFreshProof(context);
      const roles = [...new Set(wanted)];
      if (roles.length > 0) await roleService.requireGrantable(context, roles);
      return tenants.transaction(context, async (db) => {
        if (!(await lockScimGroup(db, id))) throw new NotFoundError('SCIM group');
        const group = await updateScimGroup(db, id, { roles, updatedAt: context.clock.now() });
        const members = await findGroupMembers(db, [id]);
        await settleAll(context, db, member, members.map((one) => one.id));
        return group;
      });
    },
  };
}
