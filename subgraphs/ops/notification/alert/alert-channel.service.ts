import { ConflictError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { Outgoing } from '../../outgoing/outgoing.js';
import { alertChannelSchema, alertPurpose, MOST_ALERT_CHANNELS } from './alert-channel.js';
import { deleteAlertChannel, findAlertChannel, findAlertChannels, insertAlertChannel, type AlertChannelRow } from './alert-channel.store.js';

/** Places of its own in which a company's team is alerted. */
export interface AlertChannelService {
  /** @throws {ForbiddenError} without `settings:read` */
  list(context: RequestContext): Promise<readonly AlertChannelRow[]>;
  /**
   * @throws {ForbiddenError} without `settings:update` @throws {StepUpRequiredError} @throws {ValidationError}
   * @throws {ConflictError} when the company has ten already
   */
  add(context: RequestContext, input: unknown): Promise<AlertChannelRow>;
  /** @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} @throws {ConflictError} for the integration's */
  remove(context: RequestContext, id: string): Promise<AlertChannelRow>;
}

export function createAlertChannelService(parts: {
  readonly tenants: TenantDatabase;
  readonly secretBox: SecretBox;
  readonly outgoing: Pick<Outgoing, 'problemWith'>;
}): AlertChannelService {
  const { tenants, secretBox, outgoing } = parts;
  const required = async (db: TenantDb, id: string): Promise<AlertChannelRow> => {
    const row = await findAlertChannel(db, id);
    if (!row) throw new NotFoundError('Alert channel');
    return row;
  };
  return {
    async list(context) {
      requirePermission(context, 'settings:read');
      return findAlertChannels(tenants.of(context));
    },
    async add(context, input) {
      requirePermission(context, 'settings:update');
      requireFreshProof(context);
      const { name, slackWebhookUrl, pagerDutyRoutingKey } = validate(alertChannelSchema, input);
      const problem = slackWebhookUrl == null ? null : outgoing.problemWith(slackWebhookUrl);
      if (problem !== null) throw ValidationError.of('slackWebhookUrl', problem);
      return tenants.transaction(context, async (db) => {
        if ((await findAlertChannels(db)).filter((one) => !one.fromIntegration).length >= MOST_ALERT_CHANNELS) {
          throw new ConflictError(`There are ${MOST_ALERT_CHANNELS} alert channels already`);
        }
        const id = uuidv7();
        const sealed = secretBox.seal(slackWebhookUrl ?? pagerDutyRoutingKey ?? '', alertPurpose(context.tenant.id, id));
        const channel = slackWebhookUrl == null ? 'PAGERDUTY' : 'SLACK';
        await insertAlertChannel(db, { id, channel, name, sealed, fromIntegration: false, createdAt: context.clock.now() });
        return required(db, id);
      });
    },
    async remove(context, id) {
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const row = await required(db, id);
        if (row.fromIntegration) throw new ConflictError('This alert channel belongs to the integration, and is disabled there');
        if (!(await deleteAlertChannel(db, id))) throw new NotFoundError('Alert channel');
        return row;
      });
    },
  };
}
