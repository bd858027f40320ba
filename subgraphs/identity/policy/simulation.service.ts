import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Asking } from '../../_kernel/policy/asking.js';
import type { Decision } from '../../_kernel/policy/policy.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { MemberPrincipal } from '../../_kernel/wire/principal.js';
import type { RoleService } from '../role/role.service.js';
import type { PolicyInput } from './policy.js';
import type { PolicyService } from './policy.service.js';
import { readQuestion, simulate, type Simulated } from './simulation.js';

export interface Simulation extends Simulated {
  /** UUID of whoever is to ask. */
  readonly userId: string;
  readonly roles: readonly string[];
  readonly at?: Date | null | undefined;
  readonly ip?: string | null | undefined;
  /** A policy that there is not, to see what it would do. */
  readonly draft?: PolicyInput | null | undefined;
}

export interface SimulatedDecision extends Decision {
  /** UUID that the draft went by; null without one. */
  readonly draftId: string | null;
}

export interface SimulationService {
  /**
   * What would be decided and why. Nothing is kept of it, not in the access log either.
   * @throws {ForbiddenError} without `users:manage` @throws {ValidationError}
   */
  simulate(context: RequestContext, input: Simulation): Promise<SimulatedDecision>;
}

export function createSimulationService(policies: PolicyService, roles: RoleService): SimulationService {
  return {
    async simulate(context, input) {
      requirePermission(context, 'users:manage');
      const question = readQuestion(input, context.tenant.id);
      if (!question.ok) throw new ValidationError(question.issues);
      const known = await roles.catalogue(context);
      const unknown = input.roles.flatMap((role, at) =>
        known.has(role) ? [] : [{ field: `roles.${at}`, message: 'must be one of the roles of the company' }],
      );
      if (unknown.length > 0) throw new ValidationError(unknown);
      const draft = input.draft ? await policies.compile(context, input.draft) : null;
      const enforced = await policies.enforced(context);
      const principal: MemberPrincipal = {
        kind: 'member',
        userId: input.userId,
        membershipId: '',
        sessionId: '',
        roles: input.roles,
        permissions: await roles.permissionsOf(context, input.roles),
        assurance: { level: 'aal1', at: 0 },
      };
      const asking: Asking = {
        tenant: context.tenant,
        principal,
        now: input.at ?? context.clock.now(),
        ip: input.ip ?? null,
      };
      const decision = simulate(draft ? [...enforced, draft] : enforced, asking, question.action, question.resource);
      return { ...decision, draftId: draft?.id ?? null };
    },
  };
}
