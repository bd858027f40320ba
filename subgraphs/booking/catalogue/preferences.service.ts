import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { PreferencesChosen } from '../../tenancy/events.js';
import { findServiceNames, insertService, setSlotSteps } from './catalogue.store.js';

const HORIZON_DAYS = 90;

/**
 * Takes over how the company wants to take appointments, in the caller's transaction: the slots of every service
 * there is, and a service without a price for each appointment type that has none of its name yet.
 */
export async function followPreferences(
  { tenant, clock }: RequestContext,
  db: TenantDb,
  { slotMinutes, appointmentTypes }: PreferencesChosen,
): Promise<void> {
  await setSlotSteps(db, slotMinutes);
  const known = await findServiceNames(db, appointmentTypes.map(({ name }) => name));
  for (const { name, durationMinutes } of appointmentTypes) {
    if (known.has(name)) continue;
    await insertService(db, {
      id: uuidv7(),
      name,
      description: null,
      durationMinutes,
      bufferAfterMinutes: 0,
      slotStepMinutes: slotMinutes,
      noticeMinutes: 0,
      horizonDays: HORIZON_DAYS,
      priceAmount: 0,
      priceCurrency: tenant.currency,
      status: 'ACTIVE',
      createdAt: clock.now(),
    });
  }
}
