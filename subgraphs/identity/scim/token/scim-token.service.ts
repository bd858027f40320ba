import { NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import { newScimToken, tenantOfScimToken } from '../../../_kernel/wire/scim-token.js';
import { hashOfSecret } from '../../../_kernel/wire/secret-hash.js';
import type { IdentityEvents } from '../../events.js';
import type { RoleService } from '../../role/role.service.js';
import { newScimTokenSchema, USE_NOTED_EVERY_MS } from './scim-token.js';
import {
  findScimTokensPage,
  findStandingScimToken,
  insertScimToken,
  noteUse,
  revokeScimToken,
  SCIM_TOKEN_SORT,
  type ScimTokenRow,
} from './scim-token.store.js';

export interface ScimTokenInput {
  readonly name: string;
  /** The role of whoever is given none by her directory; `USER` unless said. */
  readonly defaultRole?: string | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** A token, shown this once. */
export interface IssuedScimToken {
  readonly scimToken: ScimTokenRow;
  readonly token: string;
}

/** Tokens of directories. Calls over the graph throw {ForbiddenError} and {UnauthenticatedError}. */
export interface ScimTokenService {
  /** Newest first. */
  list(context: RequestContext, args: PageArgs): Promise<Connection<ScimTokenRow>>;
  /**
   * Whoever makes one hands on what she may do: nobody is given more by it.
   * @throws {StepUpRequiredError} @throws {ValidationError}
   */
  create(context: RequestContext, input: ScimTokenInput): Promise<IssuedScimToken>;
  /** Ends a token at once. @throws {NotFoundError} alike for one that is unknown and one that counts no more */
  revoke(context: RequestContext, id: string): Promise<ScimTokenRow>;
  /** The token that was shown, of the tenant the request came to; null for any other. */
  recognise(context: RequestContext, token: string): Promise<ScimTokenRow | null>;
}

export function createScimTokenService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly roles: RoleService;
}): ScimTokenService {
  const { tenants, outbox, roles } = parts;
  return {
    async list(context, args) {
      requirePermission(context, 'settings:read');
      const page = pageOf(args, SCIM_TOKEN_SORT);
      const rows = await findScimTokensPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    async create(context, input) {
      const maker = requireMember(context);
      requirePermission(context, 'settings:update');
      requirePermission(context, 'users:manage');
      requireFreshProof(context);
      const wanted = validate(newScimTokenSchema, {
        name: input.name,
        defaultRole: input.defaultRole ?? 'USER',
        expiresAt: input.expiresAt ?? null,
      });
      const now = context.clock.now();
      if (wanted.expiresAt && wanted.expiresAt <= now) throw ValidationError.of('expiresAt', 'must lie in the future');
      const known = await roles.catalogue(context);
      if (!known.has(wanted.defaultRole) || wanted.defaultRole === 'OWNER') {
        throw ValidationError.of('defaultRole', 'must be one of the roles of the company, and not OWNER');
      }
      await roles.requireGrantable(context, [wanted.defaultRole]);
      const token = newScimToken(context.tenant.id);
      return tenants.transaction(context, async (db) => {
        const scimToken = await insertScimToken(db, {
          ...wanted,
          id: uuidv7(),
          hash: hashOfSecret(token),
          hint: token.slice(-4),
          permissions: maker.permissions,
          createdBy: maker.userId,
          createdAt: now,
        });
        await outbox.emit(db, context, 'identity.scim_token_changed', { scimTokenId: scimToken.id, change: 'CREATED' });
        return { scimToken, token };
      });
    },

    async revoke(context, id) {
      requireMember(context);
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const revoked = await revokeScimToken(db, id, context.clock.now());
        if (!revoked) throw new NotFoundError('SCIM token');
        await outbox.emit(db, context, 'identity.scim_token_changed', { scimTokenId: id, change: 'REVOKED' });
        return revoked;
      });
    },

    async recognise(context, token) {
      if (tenantOfScimToken(token) !== context.tenant.id) return null;
      const now = context.clock.now();
      const db = tenants.of(context);
      const found = await findStandingScimToken(db, hashOfSecret(token), now);
      const noted = found?.lastUsedAt?.getTime() ?? 0;
      if (found && now.getTime() - noted >= USE_NOTED_EVERY_MS) await noteUse(db, found.id, now);
      return found;
    },
  };
}
