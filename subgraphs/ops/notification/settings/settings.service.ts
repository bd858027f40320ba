import { timingSafeEqual } from 'node:crypto';
import { ConflictError, NotFoundError, RateLimitedError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { requireMember } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../../_kernel/validation/validate.js';
import type { Outgoing } from '../../outgoing/outgoing.js';
import { DeliveryRefusedError } from '../channels/channel.js';
import type { SmsSender } from '../channels/sms.js';
import {
  codeInputSchema,
  MOST_BROWSERS,
  newPhoneCode,
  PHONE_CODE,
  phoneInputSchema,
  preferencesOf,
  settingsSchema,
  subscriptionSchema,
  type Preference,
} from './settings.js';
import {
  askForPhone,
  confirmPhone,
  countTry,
  deletePhone,
  deleteSubscription,
  findPhones,
  findPreferences,
  findSettings,
  findSubscriptions,
  keepPreferences,
  keepSetting,
  keepSubscription,
  type PhoneRow,
  type SettingRow,
  type SubscriptionRow,
} from './settings.store.js';

export interface NotificationSettings {
  readonly setting: SettingRow;
  readonly preferences: readonly Preference[];
  readonly phone: PhoneRow | null;
  readonly browsers: readonly SubscriptionRow[];
}

/** How somebody wants to be told things, in one company. Every call throws {UnauthenticatedError} for a stranger. */
export interface NotificationSettingsService {
  mine(context: RequestContext): Promise<NotificationSettings>;
  /** What is given replaces what was; quiet hours and time zone can be given up by null. @throws {ValidationError} */
  change(context: RequestContext, input: unknown): Promise<NotificationSettings>;
  prefer(context: RequestContext, preferences: readonly Preference[]): Promise<NotificationSettings>;
  /**
   * Sends a code to a number, to see whether it is hers.
   * @throws {ValidationError} @throws {ConflictError} where no SMS can be sent
   * @throws {RateLimitedError} within a minute of the last time
   */
  usePhone(context: RequestContext, input: unknown): Promise<NotificationSettings>;
  /** @throws {ValidationError} for a code that is not the one, or no longer */
  confirmPhone(context: RequestContext, input: unknown): Promise<NotificationSettings>;
  forgetPhone(context: RequestContext): Promise<NotificationSettings>;
  /** @throws {ValidationError} @throws {ConflictError} for an eleventh browser */
  addBrowser(context: RequestContext, input: unknown): Promise<NotificationSettings>;
  /** @throws {NotFoundError} for one that is not hers */
  removeBrowser(context: RequestContext, id: string): Promise<NotificationSettings>;
}

const WRONG = 'is not the code, or no longer';

export function createNotificationSettingsService(parts: {
  readonly tenants: TenantDatabase;
  readonly secretBox: SecretBox;
  readonly outgoing: Pick<Outgoing, 'problemWith'>;
  readonly sms?: SmsSender | undefined;
}): NotificationSettingsService {
  const { tenants, secretBox, outgoing, sms } = parts;
  const purposeOf = (context: RequestContext, userId: string): string => `ops.phone-code:${context.tenant.id}:${userId}`;

  const read = async (db: TenantDb, userId: string): Promise<NotificationSettings> => {
    const [setting] = await findSettings(db, [userId]);
    const [phone] = await findPhones(db, [userId]);
    return {
      setting: setting ?? { userId, timeZone: null, quietFrom: null, quietUntil: null, digest: 'NONE' },
      preferences: preferencesOf(await findPreferences(db, [userId])),
      phone: phone ?? null,
      browsers: await findSubscriptions(db, [userId]),
    };
  };
  const change = (context: RequestContext, work: (db: TenantDb, userId: string) => Promise<void>): Promise<NotificationSettings> => {
    const { userId } = requireMember(context);
    return tenants.transaction(context, async (db) => {
      await work(db, userId);
      return read(db, userId);
    });
  };

  return {
    async mine(context) {
      const { userId } = requireMember(context);
      return read(tenants.of(context), userId);
    },
    change: (context, input) => {
      const { timeZone, quietHours, digest } = validate(settingsSchema, input);
      return change(context, (db, userId) =>
        keepSetting(db, {
          userId,
          ...(timeZone === undefined ? {} : { timeZone }),
          ...(quietHours === undefined ? {} : { quietFrom: quietHours?.from ?? null, quietUntil: quietHours?.until ?? null }),
          ...(digest == null ? {} : { digest }),
        }),
      );
    },
    prefer: (context, preferences) => change(context, (db, userId) => keepPreferences(db, userId, preferences)),
    async usePhone(context, input) {
      const { userId } = requireMember(context);
      const { number } = validate(phoneInputSchema, input);
      if (!sms) throw new ConflictError('No SMS can be sent from here');
      const code = newPhoneCode();
      const askedAt = context.clock.now();
      const phone = {
        userId,
        number,
        askedAt,
        sealedCode: secretBox.seal(code, purposeOf(context, userId)),
        codeUntil: new Date(askedAt.getTime() + PHONE_CODE.goodForMs),
      };
      const asked = await tenants.transaction(context, (db) => askForPhone(db, phone, new Date(askedAt.getTime() - PHONE_CODE.pauseMs)));
      if (!asked) throw new RateLimitedError('A code was sent less than a minute ago', PHONE_CODE.pauseMs / 1_000);
      const text = `${code} is your code for ${context.tenant.name}. Give it to nobody.`;
      await sms.send(number, text, AbortSignal.timeout(PHONE_CODE.pauseMs)).catch((error: unknown) => {
        if (!(error instanceof DeliveryRefusedError)) throw error;
        throw ValidationError.of('number', 'cannot be reached at present');
      });
      return read(tenants.of(context), userId);
    },
    async confirmPhone(context, input) {
      const { userId } = requireMember(context);
      const { code } = validate(codeInputSchema, input);
      const now = context.clock.now();
      // A try counts also when what follows is undone.
      const counted = await countTry(tenants.of(context), userId, now, PHONE_CODE.tries);
      return change(context, async (db) => {
        const [phone] = await findPhones(db, [userId]);
        if (!counted || !phone?.sealedCode) throw ValidationError.of('code', WRONG);
        const right = Buffer.from(secretBox.open(phone.sealedCode, purposeOf(context, userId)));
        if (!timingSafeEqual(right, Buffer.from(code))) throw ValidationError.of('code', WRONG);
        await confirmPhone(db, userId, now);
      });
    },
    forgetPhone: (context) => change(context, deletePhone),
    addBrowser: (context, input) => {
      const subscription = validate(subscriptionSchema, input);
      const problem = outgoing.problemWith(subscription.endpoint);
      if (problem !== null) throw ValidationError.of('endpoint', problem);
      return change(context, async (db, userId) => {
        const others = (await findSubscriptions(db, [userId])).filter(({ endpoint }) => endpoint !== subscription.endpoint);
        if (others.length >= MOST_BROWSERS) throw new ConflictError(`There are ${MOST_BROWSERS} browsers already`);
        await keepSubscription(db, { id: uuidv7(), userId, ...subscription, createdAt: context.clock.now() });
      });
    },
    removeBrowser: (context, id) =>
      change(context, async (db, userId) => {
        if (!(await deleteSubscription(db, { id, userId }))) throw new NotFoundError('Browser');
      }),
  };
}
