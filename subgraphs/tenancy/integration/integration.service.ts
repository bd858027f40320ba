import { ConflictError, ForbiddenError, NotFoundError, RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { integrationAddressPurpose } from '../../_kernel/wire/integration-address.js';
import type { TenancyEvents } from '../events.js';
import { lockOwnTenant } from '../settings/lock-own-tenant.js';
import { identityOf } from '../tenant/tenant.js';
import { findTenantsEvenDeleted } from '../tenant/tenant.store.js';
import {
  addressOf,
  credentialsSchema,
  masked,
  TOLD_TYPES,
  valuesSchema,
  type IntegrationType,
  type TypedCredentials,
} from './credentials.js';
import type { DataKeys } from './data-key.js';
import { isChecked, type IntegrationCheck } from './integration-check.js';
import {
  claimCheck,
  deleteKeysBut,
  findIntegration,
  findIntegrations,
  findTenantsWithOldKeys,
  findUntold,
  keepCheck,
  keepIntegration,
  markDisabled,
  markTold,
  reseal,
  type IntegrationRow,
} from './integration.store.js';

const KEY_AGE_MS = 90 * 86_400_000;
const AT_ONCE = 100;
const CHECK_PAUSE_MS = 10_000;

export interface EnabledIntegration {
  readonly integration: IntegrationRow;
  /** What our calls are signed with: told now and never again; null for kinds that have none of ours. */
  readonly signingSecret: string | null;
}

export interface IntegrationService {
  /** Those that were ever enabled. @throws {ForbiddenError} without `settings:read` */
  list(context: RequestContext): Promise<readonly IntegrationRow[]>;
  /** Null for one that was never enabled. @throws {ForbiddenError} without `settings:read` */
  find(context: RequestContext, type: IntegrationType): Promise<IntegrationRow | null>;
  /**
   * Enables an integration, or gives one that is enabled other credentials.
   * @throws {ForbiddenError} without `settings:update` @throws {StepUpRequiredError} @throws {ValidationError}
   */
  enable(context: RequestContext, input: unknown): Promise<EnabledIntegration>;
  /** @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} for one that is not active */
  disable(context: RequestContext, type: IntegrationType): Promise<IntegrationRow>;
  /**
   * Asks the service whether it lets us in with the credentials that are kept, and notes what came of it.
   * @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} for one that is not active
   * @throws {ConflictError} for a kind that is told what happens instead, or that has other credentials by now
   * @throws {RateLimitedError} more often than every ten seconds
   */
  verify(context: RequestContext, type: IntegrationType): Promise<IntegrationRow>;
  /** Says of every active one where it is told what happens, unless that was said. Safe to run again at any time. */
  tellOfUntold(context: RequestContext): Promise<void>;
  /**
   * For the platform itself, to call a service outside: the credentials of an integration; null for one that is not
   * active, which is not to be called.
   * @throws {ForbiddenError} for everybody else
   */
  credentialsOf(context: RequestContext, type: IntegrationType): Promise<Readonly<Record<string, string>> | null>;
  /**
   * Gives the company a new key and seals everything with it anew; the old one is gone afterwards.
   * @throws {ForbiddenError} without `settings:update` @throws {StepUpRequiredError}
   */
  rotateKey(context: RequestContext): Promise<readonly IntegrationRow[]>;
  /** The same for every company whose key is ninety days old, deleted ones too: they may come back. Safe to run again at any time. */
  rotateOldKeys(context: RequestContext): Promise<void>;
}

export function createIntegrationService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
  readonly keys: DataKeys;
  readonly secretBox: SecretBox;
  readonly check: IntegrationCheck;
}): IntegrationService {
  const { tenants, platform, outbox, keys, secretBox, check } = parts;

  /** Sealed credentials open only as what they were sealed for. */
  const purposeOf = (tenantId: string, type: IntegrationType): string => `tenancy.integration:${tenantId}:${type}`;

  const opened = async (db: TenantDb, tenantId: string, row: IntegrationRow) => {
    const { box } = await keys.open(db, tenantId, row.keyId);
    return valuesSchema.parse(JSON.parse(box.open(row.sealedCredentials, purposeOf(tenantId, row.type))));
  };

  const sealedFor = ({ tenant }: RequestContext, credentials: TypedCredentials): { readonly sealedAddress?: string } => {
    const address = addressOf(credentials);
    return address === null ? {} : { sealedAddress: secretBox.seal(JSON.stringify(address), integrationAddressPurpose(tenant.id)) };
  };

  const tellOf = (context: RequestContext, { type }: IntegrationRow): Promise<void> =>
    tenants.transaction(context, async (db) => {
      await lockOwnTenant(db);
      const row = await findIntegration(db, type);
      if (!row || !(await markTold(db, type))) return;
      const values = await opened(db, context.tenant.id, row);
      await outbox.emit(db, context, 'tenancy.integration_changed', { type, change: 'TOLD_OF', ...sealedFor(context, { type, values }) });
    });

  const rotate = (context: RequestContext): Promise<readonly IntegrationRow[]> =>
    tenants.transaction(context, async (db) => {
      await lockOwnTenant(db);
      const { id: tenantId } = context.tenant;
      const fresh = await keys.create(db, tenantId, context.clock.now());
      for (const row of await findIntegrations(db)) {
        const values = JSON.stringify(await opened(db, tenantId, row));
        const sealedCredentials = fresh.box.seal(values, purposeOf(tenantId, row.type));
        await reseal(db, row.type, { keyId: fresh.id, sealedCredentials });
      }
      await deleteKeysBut(db, fresh.id);
      await outbox.emit(db, context, 'tenancy.integration_changed', { type: null, change: 'KEY_ROTATED' });
      return findIntegrations(db);
    });

  return {
    async list(context) {
      requirePermission(context, 'settings:read');
      return findIntegrations(tenants.of(context));
    },

    async find(context, type) {
      requirePermission(context, 'settings:read');
      return findIntegration(tenants.of(context), type);
    },

    async enable(context, input) {
      requirePermission(context, 'settings:update');
      requireFreshProof(context);
      const given = validate(credentialsSchema, input);
      const { type, values } = given;
      const now = context.clock.now();
      const told = sealedFor(context, given);
      const integration = await tenants.transaction(context, async (db) => {
        await lockOwnTenant(db);
        const { id: keyId, box } = await keys.current(db, context.tenant.id, now);
        const row = await keepIntegration(db, type, {
          isActive: true,
          keyId,
          sealedCredentials: box.seal(JSON.stringify(values), purposeOf(context.tenant.id, type)),
          maskedCredentials: masked(values).map((one) => ({ ...one })),
          enabledAt: now,
          disabledAt: null,
          isTold: true,
          checkedAt: null,
          checkOutcome: null,
          checkProblem: null,
        });
        await outbox.emit(db, context, 'tenancy.integration_changed', { type, change: 'ENABLED', ...told });
        return row;
      });
      return { integration, signingSecret: values['signingSecret'] ?? null };
    },

    async disable(context, type) {
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const disabled = await markDisabled(db, type, context.clock.now());
        if (!disabled) throw new NotFoundError('Active integration');
        await outbox.emit(db, context, 'tenancy.integration_changed', { type, change: 'DISABLED' });
        return disabled;
      });
    },

    async verify(context, type) {
      requirePermission(context, 'settings:update');
      const db = tenants.of(context);
      if (!(await findIntegration(db, type))?.isActive) throw new NotFoundError('Active integration');
      if (!isChecked(type)) throw new ConflictError('It is told what happens: whether that reaches it is seen there');
      const now = context.clock.now();
      const claimed = await claimCheck(db, type, now, new Date(now.getTime() - CHECK_PAUSE_MS));
      if (!claimed) throw new RateLimitedError('It was asked a moment ago', CHECK_PAUSE_MS / 1_000);
      const { outcome, problem } = await check(type, await opened(db, context.tenant.id, claimed));
      return tenants.transaction(context, async (tx) => {
        const checked = await keepCheck(tx, claimed, { checkOutcome: outcome, checkProblem: problem });
        if (!checked) throw new ConflictError('It has other credentials by now');
        await outbox.emit(tx, context, 'tenancy.integration_changed', { type, change: 'CHECKED', outcome });
        return checked;
      });
    },

    async tellOfUntold(context) {
      const untold = await findUntold(platform.db, TOLD_TYPES, AT_ONCE);
      for (const tenant of await findTenantsEvenDeleted(platform.db, untold.map(({ tenantId }) => tenantId))) {
        const own = { ...context, tenant: identityOf(tenant) };
        for (const row of untold) if (row.tenantId === tenant.id) await tellOf(own, row);
      }
    },

    async credentialsOf(context, type) {
      // No permission of a person's opens them.
      if (context.principal.kind !== 'system') throw new ForbiddenError('Credentials are for the platform itself');
      const db = tenants.of(context);
      const row = await findIntegration(db, type);
      return row?.isActive ? opened(db, context.tenant.id, row) : null;
    },

    async rotateKey(context) {
      requirePermission(context, 'settings:update');
      requireFreshProof(context);
      return rotate(context);
    },

    async rotateOldKeys(context) {
      const before = new Date(context.clock.now().getTime() - KEY_AGE_MS);
      const due = await findTenantsWithOldKeys(platform.db, before, AT_ONCE);
      for (const tenant of await findTenantsEvenDeleted(platform.db, due)) await rotate({ ...context, tenant: identityOf(tenant) });
    },
  };
}
