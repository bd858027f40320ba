import { ConflictError } from '../../subgraphs/_kernel/errors/domain-error.js';
import { systemContext } from '../../subgraphs/_kernel/request/system-context.js';
import type { SubgraphRuntime } from '../../subgraphs/_kernel/subgraph.js';
import { PLATFORM_TENANT } from '../../subgraphs/_kernel/wire/tenant.js';
import { DEMO_ADMIN, DEMO_PASSWORD, DEMO_TENANTS } from './demo-data.js';
import type { SeedParts } from './seed-parts.js';
import { seedContext, seedTenant } from './seed-tenant.js';

const MARK = { scope: 'seed', key: 'demo' } as const;

/** Whether the demo has been made to its end. One that was cut short is taken up again. */
export async function isSeeded({ database }: SubgraphRuntime): Promise<boolean> {
  const mark = await database.tenants.of({ tenant: PLATFORM_TENANT }).idempotencyRecord.findFirst({ where: MARK });
  return mark !== null;
}

async function addAdmin({ runtime, subgraphs }: SeedParts): Promise<void> {
  const context = systemContext({ name: 'seed', tenant: PLATFORM_TENANT, clock: runtime.clock, logger: runtime.logger });
  await subgraphs.identity.services.adminUsers
    .register(context, { ...DEMO_ADMIN, password: DEMO_PASSWORD, role: 'SUPER_ADMIN' })
    .catch((error: unknown) => {
      if (!(error instanceof ConflictError)) throw error;
    });
}

/**
 * Fills in the demo: a platform administrator and the companies of `demo-data.ts`, with members, providers,
 * services, clients, and bookings and payments of some seven weeks. The subgraphs must be reacting to events meanwhile.
 */
export async function seedDemo(parts: SeedParts & { readonly progress: { step(text: string): void } }): Promise<void> {
  const { runtime, progress } = parts;
  progress.step('Seeding the platform administrator');
  await addAdmin(parts);
  for (const demo of DEMO_TENANTS) await seedTenant(parts, demo, (text) => progress.step(text));
  await runtime.database.tenants.transaction(seedContext(runtime, PLATFORM_TENANT), async (db) => {
    await db.idempotencyRecord.createMany({ data: [{ ...MARK, fingerprint: '' }], skipDuplicates: true });
  });
}
