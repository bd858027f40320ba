import type { Prisma } from '../../../prisma/generated/client.js';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import type { RoleService } from '../role/role.service.js';
import {
  CLIENT_SECRET_PURPOSE,
  newProviderSchema,
  providerChangesSchema,
  SIGNING_KEY_PURPOSE,
  type IdentityProviderType,
  type NewProvider,
} from './identity-provider.js';
import {
  deleteProvider,
  findEnabledProviders,
  findProvider,
  findProvidersPage,
  IDENTITY_PROVIDER_SORT,
  insertProvider,
  updateProvider,
  type IdentityProviderRow,
} from './identity-provider.store.js';
import { newSigningPair } from './signing-pair.js';

type Maybe<Value> = Value | null | undefined;

export interface NewProviderInput {
  readonly type: IdentityProviderType;
  readonly name: string;
  readonly enabled?: Maybe<boolean>;
  readonly emailDomains?: Maybe<readonly string[]>;
  readonly defaultRole?: Maybe<string>;
  readonly justInTime?: Maybe<boolean>;
  readonly returnUrls?: Maybe<readonly string[]>;
  readonly oidc?: Maybe<{
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret?: Maybe<string>;
    readonly scopes?: Maybe<readonly string[]>;
  }>;
  readonly saml?: Maybe<{
    readonly entityId: string;
    readonly signOnUrl: string;
    readonly certificates: readonly string[];
    readonly logoutUrl?: Maybe<string>;
    readonly signMessages?: Maybe<boolean>;
  }>;
}

export interface ProviderChangesInput {
  readonly name?: Maybe<string>;
  readonly enabled?: Maybe<boolean>;
  readonly emailDomains?: Maybe<readonly string[]>;
  readonly defaultRole?: Maybe<string>;
  readonly justInTime?: Maybe<boolean>;
  readonly returnUrls?: Maybe<readonly string[]>;
  readonly clientId?: Maybe<string>;
  readonly clientSecret?: Maybe<string>;
  readonly scopes?: Maybe<readonly string[]>;
  readonly signOnUrl?: Maybe<string>;
  readonly certificates?: Maybe<readonly string[]>;
  readonly logoutUrl?: Maybe<string>;
  readonly signMessages?: Maybe<boolean>;
}

/**
 * Where people of a company can prove who they are instead of here. Changes throw {UnauthenticatedError},
 * {StepUpRequiredError}, {ValidationError}, and {ForbiddenError} without `settings:update` and `users:manage`.
 */
export interface IdentityProviderService {
  /** Oldest first. @throws {ForbiddenError} without `settings:read` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<IdentityProviderRow>>;
  /** Those that a page to sign in on can offer to anybody. */
  offered(context: RequestContext): Promise<readonly IdentityProviderRow[]>;
  create(context: RequestContext, input: NewProviderInput): Promise<IdentityProviderRow>;
  /** @throws {NotFoundError} */
  update(context: RequestContext, id: string, changes: ProviderChangesInput): Promise<IdentityProviderRow>;
  /** With every link of a person to it. @throws {NotFoundError} */
  remove(context: RequestContext, id: string): Promise<IdentityProviderRow>;
}

const OIDC_ONLY = ['clientId', 'clientSecret', 'scopes'] as const;
const SAML_ONLY = ['signOnUrl', 'certificates', 'logoutUrl', 'signMessages'] as const;

type Given<Value> = { [Name in keyof Value]?: NonNullable<Value[Name]> };

/** What is said of the fields; those that are not said are not there. */
const given = <Value extends object>(value: Value): Given<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined)) as Given<Value>;

export function createIdentityProviderService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly roles: RoleService;
  /** Whether addresses without TLS are allowed, as in development. */
  readonly mayBeHttp: boolean;
}): IdentityProviderService {
  const { tenants, outbox, secretBox, roles, mayBeHttp } = parts;

  const requireAdministrator = (context: RequestContext) => {
    const member = requireMember(context);
    requirePermission(context, 'settings:update');
    requirePermission(context, 'users:manage');
    requireFreshProof(context);
    return member;
  };

  /** Nobody is made an owner by what a provider says, nor given more than the administrator may give. */
  const requireDefaultRole = async (context: RequestContext, role: string): Promise<void> => {
    const known = await roles.catalogue(context);
    if (!known.has(role) || role === 'OWNER') {
      throw ValidationError.of('defaultRole', 'must be one of the roles of the company, and not OWNER');
    }
    await roles.requireGrantable(context, [role]);
  };

  /** A new key towards a provider of SAML, or none: its certificate, and the key itself sealed. */
  const signerOf = async ({ tenant }: RequestContext, isWanted: boolean) => {
    if (!isWanted) return { signingCertificate: null, sealedSecret: null };
    const { certificate, privateKey } = await newSigningPair(tenant.slug);
    return { signingCertificate: certificate, sealedSecret: secretBox.seal(privateKey, SIGNING_KEY_PURPOSE) };
  };

  /** What of a provider is kept beside what all have in common. */
  const settingsOf = async (context: RequestContext, wanted: NewProvider) => {
    if (wanted.type === 'OIDC') {
      const { clientSecret, oidc } = wanted;
      const sealedSecret = clientSecret === null ? null : secretBox.seal(clientSecret, CLIENT_SECRET_PURPOSE);
      return { settings: { ...oidc, scopes: withOpenId(oidc.scopes) }, sealedSecret };
    }
    const { sealedSecret, signingCertificate } = await signerOf(context, wanted.signMessages);
    return { settings: { ...wanted.saml, signingCertificate }, sealedSecret };
  };

  const changed = (context: RequestContext, db: TenantDb, row: IdentityProviderRow, change: IdentityEvents['identity.identity_provider_changed']['change']) =>
    outbox.emit(db, context, 'identity.identity_provider_changed', { identityProviderId: row.id, type: row.type, change });

  return {
    async list(context, args) {
      requirePermission(context, 'settings:read');
      const page = pageOf(args, IDENTITY_PROVIDER_SORT);
      const rows = await findProvidersPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },

    offered: (context) => findEnabledProviders(tenants.of(context)),

    async create(context, input) {
      const maker = requireAdministrator(context);
      const { clientSecret = null, scopes, ...oidc } = input.oidc ?? { issuer: '', clientId: '' };
      const wanted = validate(newProviderSchema(mayBeHttp), {
        type: input.type,
        name: input.name,
        enabled: input.enabled ?? true,
        emailDomains: input.emailDomains ?? [],
        defaultRole: input.defaultRole ?? 'USER',
        justInTime: input.justInTime ?? false,
        returnUrls: input.returnUrls ?? [],
        ...(input.type === 'OIDC'
          ? { oidc: { ...oidc, scopes: scopes ?? ['openid', 'email', 'profile'] }, clientSecret }
          : { saml: input.saml ?? { entityId: '', signOnUrl: '', certificates: [] }, signMessages: input.saml?.signMessages ?? false }),
      });
      await requireDefaultRole(context, wanted.defaultRole);
      const { type, name, enabled, emailDomains, defaultRole, justInTime, returnUrls } = wanted;
      const secrets = await settingsOf(context, wanted);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        const row = await insertProvider(db, {
          id: uuidv7(),
          type,
          name,
          enabled,
          emailDomains,
          defaultRole,
          justInTime,
          returnUrls,
          ...secrets,
          createdBy: maker.userId,
          createdAt: now,
          updatedAt: now,
        });
        await changed(context, db, row, 'CREATED');
        return row;
      });
    },

    async update(context, id, input) {
      requireAdministrator(context);
      const changes = validate(providerChangesSchema(mayBeHttp), given(input));
      if (changes.defaultRole !== undefined) await requireDefaultRole(context, changes.defaultRole);
      // Before the transaction: a key takes a moment to make.
      const { signMessages, ...plain } = changes;
      const signer = signMessages === undefined ? null : await signerOf(context, signMessages);
      return tenants.transaction(context, async (db) => {
        const before = await findProvider(db, id);
        if (!before) throw new NotFoundError('Identity provider');
        const foreign = (before.type === 'OIDC' ? SAML_ONLY : OIDC_ONLY).find((name) => changes[name] !== undefined);
        if (foreign) throw ValidationError.of(foreign, `is not for a provider of type ${before.type}`);
        const { clientId, clientSecret, scopes, signOnUrl, certificates, logoutUrl, ...common } = plain;
        const settings = given({ clientId, scopes: scopes && withOpenId(scopes), signOnUrl, certificates, logoutUrl });
        const signing = signer ? { signingCertificate: signer.signingCertificate } : {};
        const row = await updateProvider(db, id, {
          ...given(common),
          settings: { ...(before.settings as Prisma.InputJsonObject), ...settings, ...signing },
          ...(signer ? { sealedSecret: signer.sealedSecret } : {}),
          ...(clientSecret === undefined ? {} : { sealedSecret: secretBox.seal(clientSecret, CLIENT_SECRET_PURPOSE) }),
          updatedAt: context.clock.now(),
        });
        if (!row) throw new NotFoundError('Identity provider');
        await changed(context, db, row, 'UPDATED');
        return row;
      });
    },

    async remove(context, id) {
      requireAdministrator(context);
      return tenants.transaction(context, async (db) => {
        const row = await deleteProvider(db, id);
        if (!row) throw new NotFoundError('Identity provider');
        await changed(context, db, row, 'DELETED');
        return row;
      });
    },
  };
}

/** Without it there is no ID token, and so nothing to go by. */
const withOpenId = (scopes: readonly string[]): string[] => ['openid', ...scopes.filter((scope) => scope !== 'openid')];
