import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { hashOfEmail } from '../../_kernel/mail/mail.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase, PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import { ADDRESS_PURPOSE } from '../mailed-proof/mailed-proof.js';
import type { MailedProofRow } from '../mailed-proof/mailed-proof.store.js';
import { statedAddressOf } from '../scim/user/scim-user.js';
import { distrustUnproven } from '../user/distrust-unproven.js';
import { findUserById, type UserWithPassword } from '../user/user.store.js';
import { howAddressChanges, noticeOf } from './address-change.js';
import { changeEmail, findAccountFacts, findDirectoryEntry } from './address-change.store.js';

/** People whose company's directory gives them another address. */
export interface AddressChangeService {
  /**
   * Follows a directory: the account has the address at once, or is sent a link to it, or stays as it is; the present
   * address is told which. In the directory's transaction, before that writes of her place.
   * @throws {ConflictError} when the address is somebody else's and its domain the company's
   */
  follow(context: RequestContext, db: TenantDb, userId: string, address: string): Promise<void>;
  /**
   * Makes an address a person's by the link that was sent to it, if her directory says so still.
   * @returns whether it is
   */
  complete(context: RequestContext, db: PlatformDb, proof: MailedProofRow): Promise<boolean>;
}

export function createAddressChangeService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly mails: MailDesk;
  readonly secretBox: SecretBox;
}): AddressChangeService {
  const { platform, outbox, mails, secretBox } = parts;

  const move = async (context: RequestContext, db: PlatformDb, user: UserWithPassword, address: string): Promise<boolean> => {
    await distrustUnproven(context, db, outbox, user);
    if (!(await changeEmail(db, user, address))) return false;
    await outbox.emit(db, context, 'identity.email_changed', { userId: user.id, email: address, emailBefore: user.email });
    return true;
  };

  return {
    async follow(context, db, userId, address) {
      const user = await findUserById(platform.db, userId);
      if (!user || user.email === address) return;
      const change = howAddressChanges(await findAccountFacts(platform.db, context.tenant.id, user, address));
      // A transaction of its own, above tenants. Should the directory's fail behind it, it says the same once more,
      // and finds the account where it wants it.
      if (change === 'AT_ONCE' && !(await platform.transaction((above) => move(context, above, user, address)))) {
        throw new ConflictError('There is somebody of this userName or this address already');
      }
      if (change === 'ONCE_VERIFIED') {
        const sealedEmail = secretBox.seal(address, ADDRESS_PURPOSE);
        await outbox.emit(db, context, 'identity.proof_requested', {
          purpose: 'EMAIL_CHANGE',
          sealedEmail,
          recipientHash: hashOfEmail(address),
          userId,
        });
      }
      const { email: to, locale, displayName } = user;
      await mails.send(db, context, { template: 'NOTICE', to, locale, values: { displayName, ...noticeOf(change, address) } });
    },

    async complete(context, db, { userId, tenantId, email }) {
      const user = await findUserById(db, userId);
      const entry = await findDirectoryEntry(db, tenantId, userId);
      if (!user || !entry || statedAddressOf(entry) !== email) return false;
      const change = howAddressChanges(await findAccountFacts(db, tenantId, user, email));
      return change !== 'NEVER' && (await move(context, db, user, email));
    },
  };
}
