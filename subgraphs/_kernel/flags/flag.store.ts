import type pg from 'pg';
import type { Prisma } from '../../../prisma/generated/client.js';
import type { PlatformDb } from '../tenancy/tenant-database.js';
import type { FlagDefinition } from './evaluation/flag.js';

/** Everything that is kept, by key. @param pool bound to the platform's role */
export async function readKeptFlags(pool: pg.Pool): Promise<readonly FlagDefinition[]> {
  const { rows } = await pool.query<{ definition: FlagDefinition }>('SELECT definition FROM kernel.flag ORDER BY key');
  return rows.map(({ definition }) => definition);
}

/** A number that grows with every change of a flag, whichever commits first. */
export async function readFlagsVersion(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>('SELECT coalesce(sum(version), 0)::text AS version FROM kernel.flag');
  return rows[0]?.version ?? '0';
}

/** Shuts out other writers of the flag until the transaction ends. @returns null for one that was never changed */
export async function lockFlag(db: PlatformDb, key: string): Promise<FlagDefinition | null> {
  await db.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('kernel.flag ' || ${key}, 0))::text`;
  const row = await db.flag.findFirst({ where: { key } });
  return (row?.definition as FlagDefinition | undefined) ?? null;
}

export async function keepFlag(db: PlatformDb, definition: FlagDefinition, at: Date): Promise<void> {
  const { key } = definition;
  const kept = definition as unknown as Prisma.InputJsonValue;
  await db.flag.upsert({
    where: { key },
    create: { key, definition: kept, changedAt: at },
    update: { definition: kept, changedAt: at, version: { increment: 1 } },
    select: { key: true },
  });
}
