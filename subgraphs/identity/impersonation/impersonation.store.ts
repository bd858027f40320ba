import type { Impersonation } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ImpersonationRow = Impersonation;

export const insertImpersonation = (db: TenantDb, row: Omit<ImpersonationRow, 'tenantId'>): Promise<ImpersonationRow> =>
  db.impersonation.create({ data: row });

export const findImpersonation = (db: TenantDb, sessionId: string): Promise<ImpersonationRow | null> =>
  db.impersonation.findFirst({ where: { sessionId } });
