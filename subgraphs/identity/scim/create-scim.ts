import type { Outbox } from '../../_kernel/events/outbox.js';
import type { SubgraphRuntime } from '../../_kernel/subgraph.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { IdentityEvents } from '../events.js';
import type { AddressChangeService } from '../address-change/address-change.service.js';
import type { MembershipService } from '../membership/membership.service.js';
import type { RoleService } from '../role/role.service.js';
import { createScimGroupService, type ScimGroupService } from './group/scim-group.service.js';
import { createScimPlaces } from './scim-place.js';
import { scimRoutes } from './scim.route.js';
import { createScimTokenService, type ScimTokenService } from './token/scim-token.service.js';
import { createScimUserService } from './user/scim-user.service.js';

export interface Scim {
  readonly tokens: ScimTokenService;
  readonly groups: ScimGroupService;
  readonly routes: readonly SubgraphRoute[];
}

/** What lets companies' directories keep people and groups in step. */
export function createScim(parts: {
  readonly runtime: SubgraphRuntime;
  readonly outbox: Outbox<IdentityEvents>;
  readonly memberships: MembershipService;
  readonly roles: RoleService;
  readonly addressChanges: AddressChangeService;
  readonly publicUrl: string;
}): Scim {
  const { runtime, outbox, memberships, roles, addressChanges, publicUrl } = parts;
  const { clock, logger } = runtime;
  const { tenants, platform } = runtime.database;
  const tokens = createScimTokenService({ tenants, outbox, roles });
  const places = createScimPlaces({ platform, outbox, memberships, roles });
  const users = createScimUserService({ tenants, platform, outbox, memberships, roles, places, addressChanges });
  const groups = createScimGroupService({ tenants, roles, places });
  return { tokens, groups, routes: scimRoutes({ tokens, users, groups, publicUrl, clock, logger }) };
}
