import type { Prisma } from '../../../prisma/generated/client.js';
import type { RequestContext } from '../request/request-context.js';
import { uuidv7 } from '../request/ids.js';
import type { CommitListener, PlatformDb, TenantDb } from '../tenancy/tenant-database.js';
import { actorIdOf, type Principal } from '../wire/principal.js';
import { traceHeaders } from '../wire/tracing.js';
import type { EventHeaders } from './event.js';
import type { EventSignal } from './event-signal.js';

/** The events one subgraph may write: type to payload. Payloads are plain JSON. */
export interface Outbox<Events> {
  /**
   * Writes an event in the caller's transaction: it is delivered if and only if that commits.
   * @param occurredAt when it happened, if not now
   */
  emit<Type extends keyof Events & string>(
    db: TenantDb | PlatformDb,
    context: RequestContext,
    type: Type,
    payload: Events[Type],
    occurredAt?: Date,
  ): Promise<void>;
}

export interface OutboxWriter {
  for<Events>(): Outbox<Events>;
  /** To be told of commits, so that readers wake at once instead of at their next look. */
  readonly onCommit: CommitListener;
}

const impersonatorOf = (principal: Principal): Pick<EventHeaders, 'impersonatorId'> =>
  principal.kind === 'member' && principal.impersonatorId !== undefined
    ? { impersonatorId: principal.impersonatorId }
    : {};

export function headersOf(context: RequestContext): EventHeaders {
  const { traceparent } = traceHeaders();
  return {
    tenant: context.tenant,
    actorId: actorIdOf(context.principal),
    actorKind: context.principal.kind,
    ...impersonatorOf(context.principal),
    requestId: context.origin.requestId,
    ip: context.origin.ip,
    userAgent: context.origin.userAgent,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

export function createOutbox(signal: EventSignal): OutboxWriter {
  const wroteEvents = new WeakSet<object>();
  const emit = async (
    db: TenantDb | PlatformDb,
    context: RequestContext,
    type: string,
    payload: unknown,
    occurredAt = context.clock.now(),
  ): Promise<void> => {
    await db.outboxEvent.create({
      data: {
        tenantId: context.tenant.id,
        id: uuidv7(),
        type,
        payload: payload as Prisma.InputJsonValue,
        headers: headersOf(context) as unknown as Prisma.InputJsonValue,
        occurredAt,
      },
      select: { id: true },
    });
    wroteEvents.add(db);
  };
  return {
    for: () => ({ emit }),
    onCommit: (db) => {
      if (wroteEvents.has(db)) signal.notify('events');
    },
  };
}
