import { z } from 'zod';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { evaluateFlag, type FlagEvaluation } from '../../_kernel/flags/evaluation/evaluate.js';
import type { FlagDefinition, FlagType, FlagValue } from '../../_kernel/flags/evaluation/flag.js';
import { isActing, KNOWN_FLAGS, plainFlag } from '../../_kernel/flags/evaluation/known-flags.js';
import type { FlagWatch } from '../../_kernel/flags/flag-watch.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import type { DetectionService } from '../detection/detection.service.js';
import { FLAG_CHANGES_NEWEST } from './flag-sort.js';
import {
  descriptionSchema,
  isEmergency,
  keySchema,
  plansSchema,
  reasonSchema,
  requireValuesOfType,
  rulesOf,
  rulesSchema,
  stalenessOf,
  untilSchema,
  type FlagStep,
  type Staleness,
} from './flag.js';
import type { FlagWriter } from './flag-writer.js';
import {
  findFlagChangesPage,
  findKeptFlags,
  insertProposal,
  type FlagChangeRow,
  type FlagProposalRow,
} from './flag.store.js';

/** A flag as operators see it. */
export interface FlagView {
  readonly definition: FlagDefinition;
  /** Null for one that was never changed. */
  readonly changedAt: Date | null;
  readonly stale: Staleness | null;
}

/** What became of a change: done, or waiting for a second person. */
export interface FlagReceipt {
  readonly flag: FlagView;
  readonly proposal: FlagProposalRow | null;
}

export interface NewFlag {
  readonly key: string;
  readonly type: FlagType;
  readonly description: string;
  readonly defaultValue: unknown;
  readonly needsApproval: boolean;
  readonly clientVisible: boolean;
  readonly permanent: boolean;
  readonly reason: string;
}

export interface FlagAsked {
  /** UUID of a company; everyone when null. */
  readonly tenantId: string | null;
  readonly userId: string | null;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Every method throws {ForbiddenError} for who is no platform staff with the permission; those that change also
 * {NotFoundError}, {ValidationError}, and {StepUpRequiredError} for flags that change what the platform does.
 */
export interface FlagService {
  list(context: RequestContext, filter: { readonly stale?: boolean | undefined; readonly archived?: boolean | undefined }): Promise<readonly FlagView[]>;
  find(context: RequestContext, key: string): Promise<FlagView | null>;
  changes(context: RequestContext, args: PageArgs, key: string | null): Promise<Connection<FlagChangeRow>>;
  /** What somebody would have, and why. Null for a flag that there is not. */
  evaluate(context: RequestContext, key: string, asked: FlagAsked): Promise<FlagEvaluation | null>;
  /** @throws also {ConflictError} when there is one of that key */
  create(context: RequestContext, flag: NewFlag): Promise<FlagReceipt>;
  /** @param tenantId UUID of the one company it is for; everyone's when null */
  setValue(
    context: RequestContext,
    input: { readonly key: string; readonly value: unknown; readonly tenantId: string | null; readonly until: string | null; readonly reason: string },
  ): Promise<FlagReceipt>;
  removeOverride(context: RequestContext, key: string, tenantId: string, reason: string): Promise<FlagReceipt>;
  setPlans(context: RequestContext, key: string, plans: unknown, reason: string): Promise<FlagReceipt>;
  setRules(context: RequestContext, key: string, rules: unknown, reason: string): Promise<FlagReceipt>;
  /** @param value what everyone gets; undefined takes the switch off again */
  setKillSwitch(context: RequestContext, key: string, value: unknown, reason: string): Promise<FlagReceipt>;
  archive(context: RequestContext, key: string, archived: boolean, reason: string): Promise<FlagReceipt>;
}

const READ = 'platform:incidents:read';
const MANAGE = 'platform:incidents:manage';

const inputSchema = z.object({ key: keySchema, reason: reasonSchema });
const newSchema = z.object({ description: descriptionSchema });

/** UUID of the member of staff who asks. @throws {ForbiddenError} */
export function requireFlagManager(context: RequestContext): string {
  requirePermission(context, MANAGE);
  return context.principal.kind === 'platform' ? context.principal.adminId : PLATFORM_TENANT.id;
}

export function createFlagService(parts: {
  readonly platform: PlatformDatabase;
  readonly writer: FlagWriter;
  readonly flags: FlagWatch;
  readonly detection: Pick<DetectionService, 'findTenant'>;
}): FlagService {
  const { platform, writer, flags, detection } = parts;

  const viewOf = (definition: FlagDefinition, changedAt: Date | null, now: Date): FlagView => ({
    definition,
    changedAt,
    stale: stalenessOf(definition, changedAt, now),
  });

  const allViews = async (now: Date): Promise<readonly FlagView[]> => {
    const kept = await findKeptFlags(platform.db);
    const views = new Map(KNOWN_FLAGS.map((flag) => [flag.key, viewOf(flag, null, now)]));
    for (const row of kept) views.set(row.key, viewOf(row.definition as unknown as FlagDefinition, row.changedAt, now));
    return [...views.values()].sort((a, b) => (a.definition.key < b.definition.key ? -1 : 1));
  };

  const viewOfKey = async (key: string, now: Date): Promise<FlagView | null> =>
    (await allViews(now)).find(({ definition }) => definition.key === key) ?? null;

  const tenantOf = async (tenantId: string | null): Promise<TenantIdentity | null> => {
    if (tenantId === null) return null;
    if (tenantId === PLATFORM_TENANT.id) return PLATFORM_TENANT;
    const tenant = await detection.findTenant(tenantId);
    if (!tenant) throw new NotFoundError('Tenant');
    return tenant;
  };

  /** Does the step, or has it wait for a second person where the flag is marked. */
  const change = async (
    context: RequestContext,
    given: { readonly key: string; readonly reason: string },
    step: FlagStep,
    tenantId: string | null = null,
  ): Promise<FlagReceipt> => {
    const proposedBy = requireFlagManager(context);
    const { key, reason } = validate(inputSchema, given);
    if (isActing(key)) requireFreshProof(context);
    const tenant = await tenantOf(tenantId);
    const now = context.clock.now();
    const proposal = await platform.transaction(async (db) => {
      const isNew = step.kind === 'CREATED';
      const current = isNew ? step.definition : await writer.locked(db, key);
      if (isNew || !current.needsApproval || isEmergency(step)) {
        await writer.write(context, db, { key, step, reason, tenant });
        return null;
      }
      requireValuesOfType(step, current.type);
      return insertProposal(db, {
        tenantId: PLATFORM_TENANT.id,
        id: uuidv7(),
        key,
        change: { step, tenantId } as unknown as Prisma.InputJsonValue,
        reason,
        proposedBy,
        proposedAt: now,
      });
    });
    await flags.refresh();
    const flag = await viewOfKey(key, now);
    if (!flag) throw new Error(`Flag ${key} has gone`);
    return { flag, proposal };
  };

  return {
    async list(context, { stale, archived = false }) {
      requirePermission(context, READ);
      const views = await allViews(context.clock.now());
      return views.filter(
        (view) => view.definition.archived === archived && (stale === undefined || (view.stale !== null) === stale),
      );
    },
    async find(context, key) {
      requirePermission(context, READ);
      return viewOfKey(key, context.clock.now());
    },
    async changes(context, args, key) {
      requirePermission(context, READ);
      const page = pageOf(args, FLAG_CHANGES_NEWEST);
      const rows = await findFlagChangesPage(platform.db, page, key);
      return connectionOf(page, rows, (row) => [row.at, row.id]);
    },
    async evaluate(context, key, { tenantId, userId, properties }) {
      requirePermission(context, READ);
      const tenant = await tenantOf(tenantId);
      const definition = flags.all().find((flag) => flag.key === key);
      if (!definition) return null;
      return evaluateFlag(definition, {
        now: context.clock.now(),
        properties,
        ...(tenant ? { tenantId: tenant.id, plan: tenant.plan } : {}),
        ...(userId === null ? {} : { userId }),
      });
    },
    create(context, { key, type, description, defaultValue, needsApproval, clientVisible, permanent, reason }) {
      const definition = plainFlag({
        key,
        type,
        description: validate(newSchema, { description }).description,
        defaultValue: defaultValue as FlagValue,
        needsApproval,
        clientVisible,
        permanent,
      });
      return change(context, { key, reason }, { kind: 'CREATED', definition });
    },
    async setValue(context, { key, value, tenantId, until, reason }) {
      const given = value as FlagValue;
      if (tenantId === null) {
        if (until !== null) throw ValidationError.of('until', 'is for one company only; a rule of all can have an end');
        return change(context, { key, reason }, { kind: 'VALUE', value: given });
      }
      const { until: end } = validate(z.object({ until: untilSchema }), { until });
      return change(context, { key, reason }, { kind: 'OVERRIDE', tenantId, value: given, until: end }, tenantId);
    },
    removeOverride: (context, key, tenantId, reason) =>
      change(context, { key, reason }, { kind: 'OVERRIDE_REMOVED', tenantId }, tenantId),
    async setPlans(context, key, plans, reason) {
      const given = validate(z.object({ plans: plansSchema }), { plans }).plans;
      return change(context, { key, reason }, { kind: 'PLANS', plans: given });
    },
    async setRules(context, key, rules, reason) {
      const given = validate(z.object({ rules: rulesSchema }), { rules }).rules;
      return change(context, { key, reason }, { kind: 'RULES', rules: rulesOf(key, given) });
    },
    setKillSwitch: (context, key, value, reason) =>
      change(
        context,
        { key, reason },
        value === undefined ? { kind: 'KILL_SWITCH_OFF' } : { kind: 'KILL_SWITCH', value: value as FlagValue },
      ),
    archive: (context, key, archived, reason) =>
      change(context, { key, reason }, { kind: archived ? 'ARCHIVED' : 'RESTORED' }),
  };
}
