import { z } from 'zod';
import { NotFoundError } from '../../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import { lineSchema } from '../../../_kernel/validation/text.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { DetectionService } from '../../detection/detection.service.js';
import { contextAt, dbWithin, MANAGE_INCIDENTS, READ_INCIDENTS, requireReach } from '../../reach.js';
import { actorOf } from '../incident.service.js';
import { noteSchema } from '../incident.js';
import {
  endSilence,
  findSilence,
  findSilencesPage,
  insertSilence,
  SILENCE_SORT,
  type SilenceRow,
} from './silence.store.js';

/** A week: who needs longer has another trouble. */
const LONGEST_MINUTES = 7 * 24 * 60;

const silenceSchema = z.object({
  type: lineSchema(100).nullable(),
  reason: noteSchema,
  minutes: z.int().min(1).max(LONGEST_MINUTES),
});

export interface SilenceService {
  /**
   * For so many minutes nobody is called for incidents of the type, or of any, at the company. They are detected
   * and shown all the same.
   * @param tenantId UUID of the company; the caller's own when null
   * @throws {ForbiddenError} @throws {ValidationError} @throws {NotFoundError} for a company that she may not act in
   */
  begin(
    context: RequestContext,
    input: { readonly type: string | null; readonly reason: string; readonly minutes: number; readonly tenantId: string | null },
  ): Promise<SilenceRow>;
  /** Ends one before its time. @throws {ForbiddenError} @throws {NotFoundError} */
  end(context: RequestContext, id: string): Promise<SilenceRow>;
  /** @param active only those that have not ended @throws {ForbiddenError} */
  list(context: RequestContext, args: PageArgs, active: boolean): Promise<Connection<SilenceRow>>;
}

export function createSilenceService(parts: {
  readonly database: Database;
  readonly detection: Pick<DetectionService, 'findTenant'>;
}): SilenceService {
  const { database, detection } = parts;

  const inside = async (context: RequestContext, tenantId: string | null, what: string): Promise<RequestContext> => {
    const there = await contextAt(context, MANAGE_INCIDENTS, tenantId, detection.findTenant);
    if (!there) throw new NotFoundError(what);
    return there;
  };

  return {
    async begin(context, { tenantId, ...given }) {
      const at = await inside(context, tenantId, 'Tenant');
      const { type, reason, minutes } = validate(silenceSchema, given);
      const startsAt = context.clock.now();
      const { actorId, actorKind } = actorOf(context);
      return insertSilence(database.tenants.of(at), {
        id: uuidv7(),
        type,
        reason,
        startsAt,
        endsAt: new Date(startsAt.getTime() + minutes * 60_000),
        createdBy: actorId,
        createdByKind: actorKind,
      });
    },
    async end(context, id) {
      const reach = requireReach(context, MANAGE_INCIDENTS);
      const known = reach === 'PLATFORM' ? await findSilence(database.platform.db, id) : null;
      const at = await inside(context, known?.tenantId ?? null, 'Silence');
      const ended = await endSilence(database.tenants.of(at), id, context.clock.now());
      if (!ended) throw new NotFoundError('Silence');
      return ended;
    },
    async list(context, args, active) {
      const db = dbWithin(requireReach(context, READ_INCIDENTS), context, database);
      const page = pageOf(args, SILENCE_SORT);
      const rows = await findSilencesPage(db, page, active ? context.clock.now() : null);
      return connectionOf(page, rows, (row) => [row.endsAt, row.id]);
    },
  };
}
