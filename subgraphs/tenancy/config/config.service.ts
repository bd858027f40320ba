import { ForbiddenError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { isPlatformTenant } from '../../_kernel/wire/tenant.js';
import type { TenancyEvents } from '../events.js';
import { configPatchOf, isConfigKey, MOST_ENTRIES } from './config.js';
import {
  countEntries,
  findDefaults,
  findEntries,
  lockEntries,
  removeEntries,
  setEntry,
  type ConfigEntryRow,
  type ConfigSelection,
} from './config.store.js';

export interface ConfigValue {
  readonly key: string;
  readonly value: unknown;
  /** Whether the platform has said it, and the company nothing. */
  readonly isDefault: boolean;
  readonly updatedAt: Date;
}

/**
 * What a company sets for the programs that work for it, and behind it what the platform has set for everybody. At the
 * address of the platform its staff sets the latter. Every call throws {ForbiddenError}.
 */
export interface ConfigService {
  /** Null where neither has said anything, also for what can be no key. */
  find(context: RequestContext, key: string): Promise<ConfigValue | null>;
  /** By key; those below a prefix where one is given. */
  list(context: RequestContext, prefix: string | null): Promise<readonly ConfigValue[]>;
  /** Sets what is named, and takes away what is null. @returns what was named, as it is now @throws {ValidationError} */
  update(context: RequestContext, patch: unknown): Promise<readonly ConfigValue[]>;
}

const readsFor = ({ tenant }: RequestContext) => (isPlatformTenant(tenant) ? 'platform:tenants:read' : 'settings:read');
const writesFor = ({ tenant }: RequestContext) => (isPlatformTenant(tenant) ? 'platform:tenants:manage' : 'settings:update');

export function createConfigService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
}): ConfigService {
  const { tenants, platform, outbox } = parts;

  const requireReader = (context: RequestContext): void => {
    if (!hasPermission(context, readsFor(context)) && !hasPermission(context, writesFor(context))) {
      throw new ForbiddenError('You may not see what is set here');
    }
  };

  const valueOf = ({ key, value, updatedAt }: ConfigEntryRow, isDefault: boolean): ConfigValue => ({ key, value, isDefault, updatedAt });

  const read = async (context: RequestContext, selection: ConfigSelection): Promise<readonly ConfigValue[]> => {
    const own = await findEntries(tenants.of(context), selection);
    if (isPlatformTenant(context.tenant)) return own.map((row) => valueOf(row, true));
    const values = new Map((await findDefaults(platform.db, selection)).map((row) => [row.key, valueOf(row, true)]));
    for (const row of own) values.set(row.key, valueOf(row, false));
    return [...values.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  };

  return {
    async find(context, key) {
      requireReader(context);
      if (!isConfigKey(key)) return null;
      return (await read(context, { key }))[0] ?? null;
    },

    async list(context, prefix) {
      requireReader(context);
      if (prefix === null) return read(context, {});
      return isConfigKey(prefix) ? read(context, { prefix }) : [];
    },

    async update(context, patch) {
      if (!hasPermission(context, writesFor(context))) throw new ForbiddenError('You may not change what is set here');
      const { set, removed } = configPatchOf(patch);
      const keys = [...set.keys(), ...removed];
      await tenants.transaction(context, async (db) => {
        await lockEntries(db);
        await removeEntries(db, removed);
        for (const [key, value] of set) await setEntry(db, key, value, context.clock.now());
        if ((await countEntries(db)) > MOST_ENTRIES) {
          throw ValidationError.of('patch', `there can be ${MOST_ENTRIES} entries at most; take others away first`);
        }
        await outbox.emit(db, context, 'tenancy.config_changed', { keys });
      });
      const named = new Set(keys);
      return (await read(context, {})).filter(({ key }) => named.has(key));
    },
  };
}
