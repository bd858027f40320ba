import { z } from 'zod';
import { json, jsonIn } from '../../_kernel/http/json-route.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import {
  SECURITY_SIGNAL_TYPES,
  SECURITY_SIGNALS_PATH,
  type SecuritySignalType,
} from '../../_kernel/wire/security-signals.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { DetectionService } from '../detection/detection.service.js';
import type { SignalType } from './auth-log.js';
import type { AuthLogService } from './auth-log.service.js';

/** What the gateway reports, and what it is logged as. */
const REPORTED: Readonly<Record<SecuritySignalType, SignalType>> = {
  JWT_VALIDATION_ERROR: 'jwt_validation_error',
  TENANT_MISMATCH: 'tenant_leak_suspected',
};

const reportSchema = z.object({
  type: z.enum(SECURITY_SIGNAL_TYPES),
  tenantId: z.guid(),
  at: z.iso.datetime({ offset: true }),
});

/** Where the gateway reports what only it sees: tokens that do not hold, and tokens at another company's address. */
export const securitySignalsRoute = (parts: {
  readonly tenants: TenantDatabase;
  readonly authLog: AuthLogService;
  readonly detection: Pick<DetectionService, 'findTenant'>;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => {
  const { tenants, authLog, detection, clock, logger } = parts;
  return {
    method: 'POST',
    path: SECURITY_SIGNALS_PATH,
    async handle(request, { principal, origin: { requestId } }) {
      if (principal.kind !== 'system') return json(403);
      const report = jsonIn(request, reportSchema);
      if (!report) return json(400);
      const { tenantId, type, at } = report;
      const tenant = tenantId === PLATFORM_TENANT.id ? PLATFORM_TENANT : await detection.findTenant(tenantId);
      if (!tenant) return json(404);
      const context = systemContext({ name: 'security-signals', tenant, clock, logger, requestId });
      // The gateway's clock may run ahead of ours; what has not happened yet would not be counted.
      const occurredAt = new Date(Math.min(Date.parse(at), clock.now().getTime()));
      await tenants.transaction(context, (db) =>
        authLog.log(context, db, uuidv7(), { type: REPORTED[type], occurredAt }),
      );
      return json(202);
    },
  };
};
