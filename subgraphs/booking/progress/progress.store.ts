import type { ServiceStep } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ClientStep, Progress } from './progress.js';

export type ServiceStepRow = ServiceStep;

export const findStepsOf = (db: TenantDb, serviceIds: readonly string[]): Promise<ServiceStepRow[]> =>
  db.serviceStep.findMany({ where: { serviceId: { in: [...serviceIds] } }, orderBy: [{ position: 'asc' }, { id: 'asc' }] });

export const findStep = (db: TenantDb, id: string): Promise<ServiceStepRow | null> =>
  db.serviceStep.findFirst({ where: { id } });

/** Puts new steps in the place of the old ones; what keeps its name keeps who has completed it. The service must be locked. */
export async function replaceSteps(
  db: TenantDb,
  serviceId: string,
  steps: readonly Pick<ServiceStepRow, 'id' | 'name'>[],
): Promise<void> {
  const names = steps.map(({ name }) => name);
  await db.serviceStep.deleteMany({ where: { serviceId, name: { notIn: names } } });
  await db.$executeRaw`
    INSERT INTO booking.service_step (id, service_id, position, name)
    SELECT one.id, ${serviceId}::uuid, one.place - 1, one.name
    FROM unnest(${steps.map(({ id }) => id)}::uuid[], ${names}::text[]) WITH ORDINALITY AS one(id, name, place)
    ON CONFLICT (tenant_id, service_id, name) DO UPDATE SET position = EXCLUDED.position`;
}

/** Whether a client has booked a service, and that stands or has been. */
export const hasBooked = async (db: TenantDb, clientId: string, serviceId: string): Promise<boolean> =>
  (await db.booking.count({
    where: { clientId, serviceId, status: { in: ['CONFIRMED', 'COMPLETED', 'NO_SHOW'] } },
    take: 1,
  })) > 0;

/** What is completed already keeps its time. @returns whether that is new */
export async function completeStep(db: TenantDb, clientId: string, stepId: string, completedAt: Date): Promise<boolean> {
  return (await db.completedStep.createMany({ data: [{ clientId, stepId, completedAt }], skipDuplicates: true })).count > 0;
}

/** @returns whether it was completed */
export const reopenStep = async (db: TenantDb, clientId: string, stepId: string): Promise<boolean> =>
  (await db.completedStep.deleteMany({ where: { clientId, stepId } })).count > 0;

/** How far clients have come with what they have booked and what has steps, by service. */
export async function findProgress(db: TenantDb, clientIds: readonly string[]): Promise<Progress[]> {
  const rows = await db.$queryRaw<(ClientStep & { readonly clientId: string; readonly serviceId: string })[]>`
    SELECT taken.client_id::text AS "clientId", taken.service_id::text AS "serviceId", step.id::text AS "stepId", step.name,
           done.completed_at AS "completedAt"
    FROM (
      SELECT client_id, service_id FROM booking.booking
      WHERE client_id = ANY(${[...clientIds]}::uuid[]) AND status IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW')
      UNION
      SELECT done.client_id, step.service_id
      FROM booking.completed_step AS done JOIN booking.service_step AS step ON step.id = done.step_id
      WHERE done.client_id = ANY(${[...clientIds]}::uuid[])
    ) AS taken
    JOIN booking.service_step AS step ON step.service_id = taken.service_id
    LEFT JOIN booking.completed_step AS done ON done.client_id = taken.client_id AND done.step_id = step.id
    ORDER BY taken.client_id, taken.service_id, step.position, step.id`;
  const found = new Map<string, { clientId: string; serviceId: string; steps: ClientStep[] }>();
  for (const { clientId, serviceId, ...step } of rows) {
    const progress = found.get(`${clientId} ${serviceId}`) ?? { clientId, serviceId, steps: [] };
    progress.steps.push(step);
    found.set(`${clientId} ${serviceId}`, progress);
  }
  return [...found.values()];
}
