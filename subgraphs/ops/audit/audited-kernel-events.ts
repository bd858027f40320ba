import type { StoredEvent } from '../../_kernel/events/event.js';
import type { ForeignIdEvents } from '../../_kernel/foreign-ids/foreign-id-named.js';
import type { MutationEvents } from '../../_kernel/mutations/mutation-answered.js';
import type { RefusalEvents } from '../../_kernel/mutations/requests-refused.js';
import { httpStatusOf } from '../../_kernel/wire/error-codes.js';

type Events = MutationEvents & RefusalEvents & ForeignIdEvents;

/** What of the platform's own working leaves an audit entry: what was answered and refused, and who named what is another's. */
export const AUDITED_KERNEL_EVENTS = {
  'kernel.mutation_answered': ({ payload: { mutation, by, outcome, code, named }, headers }) => ({
    action: outcome === 'refused' ? ('SECURITY_POLICY_DECISION' as const) : ('OPS_ACTION_APPLIED' as const),
    surface: headers.actorKind === 'platform' ? ('admin_panel' as const) : ('api' as const),
    meta: {
      operation: mutation,
      by,
      outcome,
      code,
      status: code === null ? 200 : httpStatusOf(code),
      named,
      ...(headers.impersonatorId === undefined ? {} : { impersonatedBy: headers.impersonatorId }),
    },
  }),
  'kernel.requests_refused': ({ payload: { reason, code, count, since, until }, headers }) => ({
    action: 'SECURITY_POLICY_DECISION' as const,
    surface: headers.actorKind === 'platform' ? ('admin_panel' as const) : ('api' as const),
    meta: { change: 'requests_refused', by: 'gateway', reason, code, status: httpStatusOf(code), count, since, until },
  }),
  'kernel.foreign_id_named': ({ payload }) => ({
    action: 'SECURITY_POLICY_DECISION' as const,
    surface: 'platform' as const,
    meta: { change: 'foreign_id_named', ...payload },
  }),
} satisfies { readonly [Type in keyof Events]: (event: StoredEvent<Type, Events[Type]>) => object };
