import type { Prisma } from '../../../prisma/generated/client.js';
import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { FlagDefinition } from '../../_kernel/flags/evaluation/flag.js';
import { KNOWN_FLAGS } from '../../_kernel/flags/evaluation/known-flags.js';
import { keepFlag, lockFlag } from '../../_kernel/flags/flag.store.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { OpsEvents } from '../events.js';
import { requireValuesOfType, takeStep, type FlagDifference, type FlagStep } from './flag.js';
import { insertFlagChange } from './flag.store.js';

export interface FlagWriting {
  readonly key: string;
  readonly step: FlagStep;
  readonly reason: string;
  /** The company the step is about; null for everyone. */
  readonly tenant: TenantIdentity | null;
  /** UUID of the second person, where one was needed. */
  readonly approvedBy?: string | undefined;
}

/** Changes flags, with their history and the news of it, in the caller's transaction. */
export interface FlagWriter {
  /** The flag as it is, shut to other writers until the transaction ends. @throws {NotFoundError} */
  locked(db: PlatformDb, key: string): Promise<FlagDefinition>;
  /**
   * @throws {NotFoundError} for a flag that there is not
   * @throws {ConflictError} for one to be created that there is
   * @throws {ValidationError} for a value of another type than the flag's
   */
  write(context: RequestContext, db: PlatformDb, writing: FlagWriting): Promise<FlagDifference>;
}

const declared = new Map(KNOWN_FLAGS.map((flag) => [flag.key, flag]));

const columns = ({ before, after }: FlagDifference): { before?: Prisma.InputJsonValue; after?: Prisma.InputJsonValue } => ({
  ...(before === null ? {} : { before: before }),
  ...(after === null ? {} : { after: after }),
});

const idOf = (context: RequestContext): string | null =>
  context.principal.kind === 'system' ? null : actorIdOf(context.principal);

export function createFlagWriter(outbox: Outbox<OpsEvents>): FlagWriter {
  const find = async (db: PlatformDb, key: string): Promise<FlagDefinition | null> =>
    (await lockFlag(db, key)) ?? declared.get(key) ?? null;

  const startOf = async (db: PlatformDb, { key, step }: FlagWriting): Promise<FlagDefinition> => {
    const known = await find(db, key);
    if (step.kind !== 'CREATED') {
      if (known) return known;
      throw new NotFoundError('Flag');
    }
    if (known) throw new ConflictError(`There is a flag ${key} already`);
    return step.definition;
  };

  return {
    async locked(db, key) {
      const known = await find(db, key);
      if (!known) throw new NotFoundError('Flag');
      return known;
    },
    async write(context, db, writing) {
      const { key, step, reason, tenant, approvedBy = null } = writing;
      const current = await startOf(db, writing);
      requireValuesOfType(step, current.type);
      const difference = takeStep(current, step);
      const at = context.clock.now();
      await keepFlag(db, difference.definition, at);
      const about = tenant ?? PLATFORM_TENANT;
      await insertFlagChange(db, {
        tenantId: about.id,
        id: uuidv7(),
        key,
        kind: step.kind,
        ...columns(difference),
        reason,
        actorId: idOf(context),
        actorKind: context.principal.kind,
        approvedBy,
        at,
      });
      await outbox.emit(db, { ...context, tenant: about }, 'ops.flag_changed', {
        key,
        kind: step.kind,
        before: difference.before,
        after: difference.after,
        reason,
        approvedBy,
      });
      return difference;
    },
  };
}
