import type { Prisma } from '../../../../prisma/generated/client.js';
import { ConflictError, DomainError, ForbiddenError, NotFoundError } from '../../../_kernel/errors/domain-error.js';
import type { StoredEvent } from '../../../_kernel/events/event.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { hasPermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import { requireWorkflow } from '../access.js';
import type { AutomationRuleChanged, WorkflowEvents } from '../events.js';
import { actionsSchema } from './action.js';
import type { Performer } from './performer.js';
import { applies, depthOf, grantsRole, LONGEST_CHAIN, MOST_RULES, ruleSchema, type RuleDraft } from './rule.js';
import {
  changeRule,
  countRules,
  findRule,
  findRuleRuns,
  findRules,
  findRulesFor,
  insertRule,
  insertRuleRun,
  wasFollowed,
  type RuleRow,
  type RuleRunRow,
} from './rule.store.js';

const RUNS_SHOWN = 50;

export interface AutomationService {
  /** Oldest first. @throws {ForbiddenError} without `workflows:read` */
  list(context: RequestContext): Promise<readonly RuleRow[]>;
  /**
   * @throws {ForbiddenError} without `workflows:manage`, and without `users:manage` for a rule that grants roles
   * @throws {ValidationError} @throws {ConflictError} for more than a hundred
   */
  create(context: RequestContext, rule: unknown): Promise<RuleRow>;
  /** Replaces a rule. @throws {NotFoundError} and what `create` throws */
  update(context: RequestContext, id: string, rule: unknown): Promise<RuleRow>;
  /** @throws {ForbiddenError} without `workflows:manage` @throws {NotFoundError} */
  setEnabled(context: RequestContext, id: string, isEnabled: boolean): Promise<RuleRow>;
  /** When it was followed, newest first. */
  runs(context: RequestContext, rule: RuleRow): Promise<readonly RuleRunRow[]>;
  /** Follows every rule for an event, each once, in the caller's transaction. */
  follow(context: RequestContext, db: TenantDb, event: StoredEvent): Promise<void>;
}

export function createAutomationService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<WorkflowEvents>;
  readonly performer: Performer;
}): AutomationService {
  const { tenants, outbox, performer } = parts;

  const checked = (context: RequestContext, input: unknown): RuleDraft => {
    requireWorkflow(context, 'workflows:manage');
    const rule = validate(ruleSchema, input);
    if (grantsRole(rule.actions) && !hasPermission(context, 'users:manage', 'platform:admins:manage')) {
      throw new ForbiddenError('A rule that grants roles needs the permission users:manage');
    }
    return rule;
  };
  const columnsOf = ({ actions, ...rule }: RuleDraft) => ({ ...rule, actions: actions as unknown as Prisma.InputJsonValue });
  const tell = (db: TenantDb, context: RequestContext, { id, event }: RuleRow, change: AutomationRuleChanged['change']) =>
    outbox.emit(db, context, 'tenancy.automation_rule_changed', { ruleId: id, event, change });

  const followOne = async (
    context: RequestContext,
    db: TenantDb,
    rule: RuleRow,
    { payload }: StoredEvent,
  ): Promise<Pick<RuleRunRow, 'status' | 'reason'>> => {
    const depth = depthOf(payload);
    if (depth >= LONGEST_CHAIN) return { status: 'REFUSED', reason: `Rules that cause one another end after ${LONGEST_CHAIN}` };
    const occasion = { facts: { event: payload }, run: null, because: rule.id, depth };
    const problems = await performer.perform(db, context, actionsSchema.parse(rule.actions), occasion);
    return problems.length === 0 ? { status: 'DONE', reason: null } : { status: 'INCOMPLETE', reason: problems.join('; ').slice(0, 1_000) };
  };

  return {
    async list(context) {
      requireWorkflow(context, 'workflows:read');
      return findRules(tenants.of(context));
    },

    async create(context, input) {
      const rule = checked(context, input);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        if ((await countRules(db)) >= MOST_RULES) throw new ConflictError(`There are at most ${MOST_RULES} rules`);
        const row = await insertRule(db, { id: uuidv7(), ...columnsOf(rule), isEnabled: true, createdAt: now, updatedAt: now });
        await tell(db, context, row, 'CREATED');
        return row;
      });
    },

    async update(context, id, input) {
      const rule = checked(context, input);
      return tenants.transaction(context, async (db) => {
        const row = await changeRule(db, id, { ...columnsOf(rule), updatedAt: context.clock.now() });
        if (!row) throw new NotFoundError('AutomationRule');
        await tell(db, context, row, 'UPDATED');
        return row;
      });
    },

    async setEnabled(context, id, isEnabled) {
      requireWorkflow(context, 'workflows:manage');
      return tenants.transaction(context, async (db) => {
        const before = await findRule(db, id);
        if (!before) throw new NotFoundError('AutomationRule');
        // Whoever may not make a rule that grants roles must not wake one up either.
        if (isEnabled) checked(context, { name: before.name, event: before.event, condition: before.condition, actions: before.actions });
        const row = await changeRule(db, id, { isEnabled, updatedAt: context.clock.now() });
        if (!row) throw new NotFoundError('AutomationRule');
        await tell(db, context, row, isEnabled ? 'ENABLED' : 'DISABLED');
        return row;
      });
    },

    runs: (context, rule) => findRuleRuns(tenants.of(context), rule.id, RUNS_SHOWN),

    async follow(context, db, event) {
      for (const rule of await findRulesFor(db, event.type)) {
        if (!applies(rule.condition, event.payload) || (await wasFollowed(db, rule.id, event.id))) continue;
        const result = await followOne(context, db, rule, event);
        await insertRuleRun(db, { ruleId: rule.id, eventId: event.id, ...result, ranAt: context.clock.now() });
      }
    },
  };
}

/** Why a workflow could not be started by itself, for those failures that are expected. @throws whatever else went wrong */
export async function reasonNotStarted(start: () => Promise<unknown>): Promise<string | null> {
  try {
    return (await start()) === null ? 'it is at work on it already' : null;
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}
