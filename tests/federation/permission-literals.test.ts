import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse, valueFromASTUntyped, visit } from 'graphql';
import {
  PLATFORM_PERMISSIONS,
  TENANT_PERMISSIONS,
  type Permission,
  type PlatformPermission,
  type TenantPermission,
} from '../../subgraphs/_kernel/wire/permissions.js';
import { ADMIN_ROLES } from '../../subgraphs/_kernel/wire/principal.js';
import { ADMIN_ROLE_PERMISSIONS } from '../../subgraphs/identity/admin-user/admin-user.js';
import { catalogueOf } from '../../subgraphs/identity/role/role.js';

/** Permissions that no field of the graph asks for by itself, each with what it is there for. */
const ASKED_FOR_ELSEWHERE = {
  'appointments:delete': 'the booking service takes it for cancelling, beside appointments:update',
  'billing:create': 'who may pay is decided in the service: clients pay for themselves without it',
  'billing:delete': 'reserved for roles of companies; payments are refunded, never removed',
  'files:delete': 'the file service takes it: everybody may remove what she uploaded without it',
  'files:read': 'the file service takes it: everybody may read what she uploaded without it',
  'platform:support:read': 'the ticket service takes it: companies read their own tickets without it',
} as const satisfies Partial<Record<Permission, string>>;

async function scopesOfGraph(): Promise<ReadonlySet<string>> {
  const scopes = new Set<string>();
  visit(parse(await readFile('schema/supergraph.graphql', 'utf8')), {
    Directive({ name, arguments: given }) {
      if (name.value !== 'requiresScopes') return;
      const lists = given?.map(({ value }) => valueFromASTUntyped(value) as string[][]) ?? [];
      for (const scope of lists.flat(2)) scopes.add(scope);
    },
  });
  return scopes;
}

describe('permissions', () => {
  const known: readonly string[] = [...TENANT_PERMISSIONS, ...PLATFORM_PERMISSIONS];

  it('are known literals wherever the graph names one', async () => {
    const scopes = await scopesOfGraph();
    expect(scopes.size).toBeGreaterThan(0);
    expect([...scopes].filter((scope) => !known.includes(scope))).toEqual([]);
  });

  it('are asked for by the graph, or say where else they count', async () => {
    const scopes = await scopesOfGraph();
    const unused = known.filter((permission) => !scopes.has(permission));
    expect(unused.sort()).toEqual(Object.keys(ASKED_FOR_ELSEWHERE).sort());
  });

  it('are all that roles carry: those of a company for its members, those of the platform for its staff', () => {
    const ofMembers = [...catalogueOf([]).values()].flatMap((role) => role.permissions) satisfies TenantPermission[];
    const ofStaff = ADMIN_ROLES.flatMap((role) => ADMIN_ROLE_PERMISSIONS[role]) satisfies PlatformPermission[];
    expect(ofMembers.filter((permission) => !TENANT_PERMISSIONS.includes(permission))).toEqual([]);
    expect(ofStaff.filter((permission) => !PLATFORM_PERMISSIONS.includes(permission))).toEqual([]);
    expect(new Set(ofMembers).size + new Set(ofStaff).size).toBe(known.length);
  });
});
