import { ForbiddenError, InvalidTransitionError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantLifeService } from './tenant-life.service.js';
import type { TenantService } from './tenant.service.js';
import type { TenantRow } from './tenant.store.js';

const MOST_AT_ONCE = 100;

/** A company as the client named it; the UUID is null when that is no id of a company. */
export interface NamedTenant {
  readonly given: string;
  readonly id: string | null;
}

/** What can be in the way of one of several, and leaves the others alone. */
type ExpectedFailure = ValidationError | NotFoundError | InvalidTransitionError | ForbiddenError;

const isExpected = (error: unknown): error is ExpectedFailure =>
  error instanceof ValidationError ||
  error instanceof NotFoundError ||
  error instanceof InvalidTransitionError ||
  error instanceof ForbiddenError;

/** What became of one company of several. */
export type TenantOutcome =
  | { readonly ok: true; readonly tenant: TenantRow }
  | { readonly ok: false; readonly given: string; readonly error: ExpectedFailure };

/**
 * One change to several companies, each for itself: one that fails keeps no other back.
 * @throws {ForbiddenError} without `platform:tenants:manage` @throws {StepUpRequiredError}
 * @throws {ValidationError} for none or more than a hundred
 */
export interface BulkTenantService {
  update(context: RequestContext, tenants: readonly NamedTenant[], changes: unknown): Promise<readonly TenantOutcome[]>;
  suspend(context: RequestContext, tenants: readonly NamedTenant[], reason: string): Promise<readonly TenantOutcome[]>;
  reactivate(context: RequestContext, tenants: readonly NamedTenant[]): Promise<readonly TenantOutcome[]>;
}

export function createBulkTenantService(parts: {
  readonly tenants: TenantService;
  readonly life: TenantLifeService;
}): BulkTenantService {
  const { tenants, life } = parts;

  const each = async (
    context: RequestContext,
    named: readonly NamedTenant[],
    work: (id: string) => Promise<TenantRow>,
  ): Promise<readonly TenantOutcome[]> => {
    requirePermission(context, 'platform:tenants:manage');
    // Before the first rather than as a hundred failures.
    requireFreshProof(context);
    if (named.length === 0 || named.length > MOST_AT_ONCE) {
      throw ValidationError.of('ids', `must be 1 to ${MOST_AT_ONCE}`);
    }
    const outcomes: TenantOutcome[] = [];
    for (const { given, id } of named) {
      try {
        if (id === null) throw new NotFoundError('Tenant');
        outcomes.push({ ok: true, tenant: await work(id) });
      } catch (error) {
        if (!isExpected(error)) throw error;
        outcomes.push({ ok: false, given, error });
      }
    }
    return outcomes;
  };

  return {
    update: (context, named, changes) => each(context, named, (id) => tenants.update(context, id, changes)),
    suspend: (context, named, reason) => each(context, named, (id) => life.suspend(context, id, reason)),
    reactivate: (context, named) => each(context, named, (id) => life.reactivate(context, id)),
  };
}
