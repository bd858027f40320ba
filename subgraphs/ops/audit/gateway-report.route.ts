import { z } from 'zod';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { ERROR_STATUS, type ErrorCode } from '../../_kernel/wire/error-codes.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

/** What the gateway refuses something with. */
export const errorCodeSchema = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

/** ISO 8601, as the gateway writes it. */
export const instantSchema = z.iso.datetime({ offset: true });

export interface ReportParts {
  readonly tenants: TenantDatabase;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Where the gateway reports what only it has seen; the envelope says who had asked. It is written in one transaction.
 * @param of `at` is when it was, as an ISO 8601 instant
 */
export const gatewayReportRoute = <Report>(
  { tenants, clock, logger }: ReportParts,
  of: {
    readonly path: string;
    readonly schema: z.ZodType<Report>;
    at(report: Report): string;
    write(db: TenantDb, context: RequestContext, report: Report, occurredAt: Date): Promise<void>;
  },
): SubgraphRoute => ({
  method: 'POST',
  path: of.path,
  async handle(request, envelope) {
    const report = jsonIn(request, of.schema);
    if (!report) return json(400);
    const context: RequestContext = { ...envelope, clock, logger, loaders: new Loaders() };
    // The gateway's clock may run ahead of ours.
    const occurredAt = new Date(Math.min(Date.parse(of.at(report)), clock.now().getTime()));
    await tenants.transaction(context, (db) => of.write(db, context, report, occurredAt));
    return json(202);
  },
});
