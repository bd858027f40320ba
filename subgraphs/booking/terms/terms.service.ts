import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { setServiceTerms } from '../catalogue/catalogue.store.js';
import { termsSchema, type ServiceTerms } from './terms.js';

export interface TermsService {
  /**
   * Sets what a service asks of those who book from then on; bookings there are keep the terms they were made on.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError} when there is no such service
   * @throws {ValidationError}
   */
  set(context: RequestContext, serviceId: string, terms: ServiceTerms): Promise<void>;
}

export const createTermsService = ({ tenants }: { readonly tenants: TenantDatabase }): TermsService => ({
  async set(context, serviceId, given) {
    requirePermission(context, 'settings:update');
    const terms = validate(termsSchema, given);
    if (!(await setServiceTerms(tenants.of(context), serviceId, terms))) throw new NotFoundError('Service');
    context.loaders.clear();
  },
});
