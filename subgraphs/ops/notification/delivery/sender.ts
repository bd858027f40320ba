import type { Flags } from '../../../_kernel/flags/evaluation/flag-set.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { findMailBrand } from '../../mail/mail-brand.store.js';
import { MailRefusedError, type MailTransport } from '../../mail/mail-transport.js';
import { withoutAddresses } from '../../mail/mail.js';
import { renderMail } from '../../mail/templates/render.js';
import { wordingFor } from '../../mail/wording/mail-wording.store.js';
import { alertPurpose } from '../alert/alert-channel.js';
import { findAlertChannel } from '../alert/alert-channel.store.js';
import { DeliveryRefusedError, type Delivery } from '../channels/channel.js';
import type { PushSender } from '../channels/push.js';
import type { SmsSender } from '../channels/sms.js';
import type { TeamSender } from '../channels/team.js';
import { findContacts } from '../notification.store.js';
import { deleteSubscription, findPhones, findSubscription } from '../settings/settings.store.js';
import type { NotificationLogRow } from './notification-log.store.js';

const nobody = (what: string): DeliveryRefusedError => new DeliveryRefusedError(`${what} is no more`, { final: true });
const unconfigured = (what: string): DeliveryRefusedError => new DeliveryRefusedError(`${what} is not configured`, { final: false });

/** Sends one thing to one place. */
export interface Sender {
  /**
   * @returns what whoever delivers it calls it; null when it has no name there
   * @throws {DeliveryRefusedError}
   */
  send(context: RequestContext, row: NotificationLogRow, signal: AbortSignal): Promise<string | null>;
  /** A mail to a member in which several things may be said. @throws {DeliveryRefusedError} */
  mail(context: RequestContext, of: { readonly id: string; readonly userId: string; readonly title: string; readonly body: string }): Promise<string | null>;
}

export function createSender(parts: {
  readonly tenants: TenantDatabase;
  readonly secretBox: SecretBox;
  readonly transport: MailTransport;
  readonly team: TeamSender;
  readonly flags: Flags;
  /** Undefined where none is configured. */
  readonly sms?: SmsSender | undefined;
  readonly push?: PushSender | undefined;
}): Sender {
  const { tenants, secretBox, transport, team, sms, push, flags } = parts;

  const mail: Sender['mail'] = async (context, { id, userId, title, body }) => {
    const [contact] = await findContacts(tenants.of(context), [userId]);
    if (!contact || contact.email === null) throw nobody('The member');
    const { senderName, ...brand } = await findMailBrand(tenants.of(context), flags, context);
    const values = { displayName: contact.displayName, title, body };
    const rendered = renderMail({ template: 'NOTICE', values }, brand, await wordingFor(tenants.of(context), 'NOTICE', null));
    try {
      const { providerId } = await transport.send({ ...rendered, id, to: contact.email, fromName: senderName });
      return providerId ?? id;
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      throw new DeliveryRefusedError(withoutAddresses(error.message), { final: error.final, cause: error });
    }
  };

  const toPhone = async (db: TenantDb, userId: string, { title, body, senderName, signal }: Delivery): Promise<string | null> => {
    if (!sms) throw unconfigured('SMS');
    const [phone] = await findPhones(db, [userId]);
    if (!phone || phone.confirmedAt === null) throw nobody('The number');
    return sms.send(phone.number, `${senderName}: ${title}\n${body}`.trim(), signal);
  };

  const toBrowser = async (db: TenantDb, targetId: string, delivery: Delivery): Promise<null> => {
    if (!push) throw unconfigured('Web push');
    const browser = await findSubscription(db, targetId);
    if (!browser) throw nobody('The browser');
    try {
      await push.send(browser, delivery);
    } catch (error) {
      if (error instanceof DeliveryRefusedError && error.gone) await deleteSubscription(db, { id: targetId });
      throw error;
    }
    return null;
  };

  const toTeam = async (context: RequestContext, targetId: string, delivery: Delivery): Promise<null> => {
    const channel = await findAlertChannel(tenants.of(context), targetId);
    if (!channel) throw nobody('The channel');
    const secret = secretBox.open(channel.sealed, alertPurpose(context.tenant.id, targetId));
    await team.send(channel.channel === 'SLACK' ? 'SLACK' : 'PAGERDUTY', secret, delivery);
    return null;
  };

  return {
    mail,
    async send(context, row, signal) {
      const { id, title, body, subjectId, userId, targetId, channel } = row;
      const delivery = { id, title, body, subjectId, senderName: context.tenant.name, signal };
      const db = tenants.of(context);
      if (channel === 'EMAIL' && userId !== null) return mail(context, { id, userId, title, body });
      if (channel === 'SMS' && userId !== null) return toPhone(db, userId, delivery);
      if (targetId === null) throw nobody('Whoever it is for');
      return channel === 'PUSH' ? toBrowser(db, targetId, delivery) : toTeam(context, targetId, delivery);
    },
  };
}
