import type { Prisma } from '../../../prisma/generated/client.js';
import { ConflictError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { compilePolicy } from '../../_kernel/policy/compile-policy.js';
import type { CompiledPolicy, PolicyDocument } from '../../_kernel/policy/policy.js';
import { lockPolicies, publishPolicies } from '../../_kernel/policy/policy-set.store.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { catalogueOf, SYSTEM_FAMILIES, type RoleDefinition } from '../role/role.js';
import { findFamilies, findRoles } from '../role/role.store.js';
import { documentOf, MOST_POLICIES, policySchema, type PolicyInput } from './policy.js';
import {
  deletePolicy,
  findAccessDecisionsPage,
  findEnabledPolicies,
  findPoliciesPage,
  findPolicy,
  insertPolicy,
  POLICY_SORT,
  ACCESS_LOG_SORT,
  updatePolicy,
  type AccessDecisionRow,
  type AccessLogFilter,
  type PolicyRow,
} from './policy.store.js';

/**
 * Rules of a company's own about who may do what. Every call throws {ForbiddenError} without `users:manage`; every
 * change {UnauthenticatedError} and {StepUpRequiredError}. A change is enforced everywhere within half a second.
 */
export interface PolicyService {
  /** Newest first. */
  list(context: RequestContext, args: PageArgs): Promise<Connection<PolicyRow>>;
  find(context: RequestContext, id: string): Promise<PolicyRow | null>;
  /** Enabled at once. @throws {ValidationError} @throws {ConflictError} when there are too many */
  create(context: RequestContext, input: PolicyInput): Promise<PolicyRow>;
  /** Puts another policy in its place. @throws {ValidationError} @throws {NotFoundError} */
  update(context: RequestContext, id: string, input: PolicyInput): Promise<PolicyRow>;
  /** @throws {NotFoundError} @throws {ConflictError} when there are too many */
  setEnabled(context: RequestContext, id: string, enabled: boolean): Promise<PolicyRow>;
  /** @throws {NotFoundError} */
  remove(context: RequestContext, id: string): Promise<void>;
  /** What was decided, newest first. */
  accessLog(context: RequestContext, args: PageArgs, filter: AccessLogFilter): Promise<Connection<AccessDecisionRow>>;
  /**
   * A policy as it would be enforced, without keeping it.
   * @throws {ValidationError} naming what does not fit
   */
  compile(context: RequestContext, input: PolicyInput): Promise<CompiledPolicy>;
  /** What is enforced, from what is kept. */
  enforced(context: RequestContext): Promise<readonly CompiledPolicy[]>;
  /** Compiles and publishes once more, in the caller's transaction: what a family of roles stands for has changed. */
  publish(context: RequestContext, db: TenantDb): Promise<void>;
}

type RolesOfFamily = (family: string) => readonly string[] | null;

async function readFamilies(db: TenantDb): Promise<RolesOfFamily> {
  const roles: readonly RoleDefinition[] = [...catalogueOf(await findRoles(db)).values()];
  const families = new Set<string>([...SYSTEM_FAMILIES, ...(await findFamilies(db))]);
  return (family) =>
    families.has(family) ? roles.filter((role) => role.family === family).map(({ name }) => name) : null;
}

/** @throws {ValidationError} */
function compiled(id: string, document: PolicyDocument, rolesOfFamily: RolesOfFamily): CompiledPolicy {
  const result = compilePolicy(id, document, rolesOfFamily);
  if (!result.ok) throw new ValidationError(result.issues);
  return result.policy;
}

const jsonOf = (document: PolicyDocument): Prisma.InputJsonValue => document as unknown as Prisma.InputJsonValue;

export function createPolicyService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): PolicyService {
  const { tenants, outbox } = parts;

  const compileEnabled = async (db: TenantDb): Promise<readonly CompiledPolicy[]> => {
    const rolesOfFamily = await readFamilies(db);
    const rows = await findEnabledPolicies(db);
    return rows.map(({ id, document }) => compiled(id, documentOf(document), rolesOfFamily));
  };

  const publish = async (context: RequestContext, db: TenantDb): Promise<void> => {
    const policies = await compileEnabled(db);
    if (policies.length > MOST_POLICIES) {
      throw new ConflictError(`No more than ${MOST_POLICIES} policies can be enabled at a time`);
    }
    await publishPolicies(db, { version: uuidv7(), policies }, context.clock.now());
  };

  type Change = IdentityEvents['identity.policy_changed']['change'];

  /** Every change goes through here: one at a time, published and told of in its own transaction. */
  const change = (context: RequestContext, kind: Change, work: (db: TenantDb) => Promise<PolicyRow>): Promise<PolicyRow> => {
    requireMember(context);
    requirePermission(context, 'users:manage');
    requireFreshProof(context);
    return tenants.transaction(context, async (db) => {
      await lockPolicies(db);
      const row = await work(db);
      await publish(context, db);
      const { effect, actions } = documentOf(row.document);
      await outbox.emit(db, context, 'identity.policy_changed', { policyId: row.id, change: kind, effect, actions });
      return row;
    });
  };

  const changed = (row: PolicyRow | null): PolicyRow => {
    if (!row) throw new NotFoundError('Policy');
    return row;
  };

  return {
    publish,
    async list(context, args) {
      requirePermission(context, 'users:manage');
      const page = pageOf(args, POLICY_SORT);
      return connectionOf(page, await findPoliciesPage(tenants.of(context), page), (row) => [row.createdAt, row.id]);
    },
    async find(context, id) {
      requirePermission(context, 'users:manage');
      return findPolicy(tenants.of(context), id);
    },
    async create(context, input) {
      return change(context, 'CREATED', async (db) => {
        const document: PolicyDocument = validate(policySchema, input);
        const id = uuidv7();
        const { cedar } = compiled(id, document, await readFamilies(db));
        return insertPolicy(db, {
          id,
          document: jsonOf(document),
          cedar,
          enabled: true,
          createdBy: requireMember(context).userId,
          createdAt: context.clock.now(),
        });
      });
    },
    async update(context, id, input) {
      return change(context, 'UPDATED', async (db) => {
        const document: PolicyDocument = validate(policySchema, input);
        const { cedar } = compiled(id, document, await readFamilies(db));
        return changed(await updatePolicy(db, id, { document: jsonOf(document), cedar }));
      });
    },
    async setEnabled(context, id, enabled) {
      return change(context, enabled ? 'ENABLED' : 'DISABLED', async (db) => changed(await updatePolicy(db, id, { enabled })));
    },
    async remove(context, id) {
      await change(context, 'DELETED', async (db) => {
        const row = changed(await findPolicy(db, id));
        await deletePolicy(db, id);
        return row;
      });
    },
    async accessLog(context, args, filter) {
      requirePermission(context, 'users:manage');
      const page = pageOf(args, ACCESS_LOG_SORT);
      const rows = await findAccessDecisionsPage(tenants.of(context), filter, page);
      return connectionOf(page, rows, (row) => [row.decidedAt, row.id]);
    },
    async compile(context, input) {
      requirePermission(context, 'users:manage');
      const document: PolicyDocument = validate(policySchema, input);
      return compiled(uuidv7(), document, await readFamilies(tenants.of(context)));
    },
    async enforced(context) {
      requirePermission(context, 'users:manage');
      return compileEnabled(tenants.of(context));
    },
  };
}
