import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { ReconcilePaymentsService } from './reconcile-payments.service.js';

/** What the provider has not told of its own accord is asked for. */
export const reconcilePayments = (reconciliation: ReconcilePaymentsService): Schedule => ({
  name: 'reconcile-payments',
  everySeconds: 60,
  run: async (context) => void (await reconciliation.reconcile(context)),
});
