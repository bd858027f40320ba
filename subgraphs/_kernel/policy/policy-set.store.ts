import type { Prisma } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../tenancy/tenant-database.js';
import type { CompiledPolicy } from './policy.js';

export interface PublishedPolicies {
  readonly version: string;
  readonly policies: readonly CompiledPolicy[];
}

/** Null for a tenant that has none. */
export async function findPublishedPolicies(db: TenantDb): Promise<PublishedPolicies | null> {
  const row = await db.policySet.findFirst({ select: { version: true, policies: true } });
  return row && { version: row.version, policies: row.policies as unknown as readonly CompiledPolicy[] };
}

/** Puts all of a tenant's enabled policies in the place of those that were; enforced within half a second of the commit. */
export async function publishPolicies(db: TenantDb, { version, policies }: PublishedPolicies, now: Date): Promise<void> {
  const content = policies as unknown as Prisma.InputJsonValue;
  const { count } = await db.policySet.updateMany({ data: { version, policies: content, updatedAt: now } });
  if (count === 0) await db.policySet.create({ data: { version, policies: content, updatedAt: now } });
}

/** Lets one change of a tenant's policies at a time through, until the transaction ends. */
export async function lockPolicies(db: TenantDb): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('policies ' || kernel.current_tenant_id()::text, 0))`;
}
