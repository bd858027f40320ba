import {
  ConflictError,
  ForbiddenError,
  RateLimitedError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SmsDesk } from '../../_kernel/sms/sms-desk.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import { codeFits, hashProofCode, isStanding, newProofCode } from '../mailed-proof/mailed-proof.js';
import { lockUser, type UserRow } from '../user/user.store.js';
import { askedSchema, CODE_MINUTES, CODES_AN_HOUR, hourBefore, PAUSE_SECONDS, shownSchema, waitFor } from './phone-verification.js';
import {
  codesSentTo,
  countCodesOfTenant,
  countCodesToNumber,
  countWrongPhoneCode,
  findNewestCode,
  insertCode,
  keepVerifiedPhone,
  voidCodes,
} from './phone-verification.store.js';

/** One message for every reason, so that nothing can be learned from it. */
const WRONG = 'is not the code, or no longer';

export interface SentCode {
  readonly phone: string;
  readonly expiresAt: Date;
  /** From when on another one can be asked for. */
  readonly againAt: Date;
}

/**
 * Whether a telephone number is somebody's. It says nothing of who she is elsewhere: what makes an account active is
 * that its address is verified, or whoever signs up with a stranger's address would get round that by a telephone of
 * her own. Until then she is sent no code.
 */
export interface PhoneVerificationService {
  /**
   * Sends a code to a number, or to the one in her profile. The answer is the same when that number is another's, and
   * when it was sent so many codes already that it gets no more.
   * @throws {UnauthenticatedError} @throws {ForbiddenError} in the name of somebody else
   * @throws {ValidationError}
   * @throws {ConflictError} where no SMS can be sent, before her address is verified, and for a number that is
   * @throws {RateLimitedError} within a minute of the last code, and after five in an hour
   */
  send(context: RequestContext, input: unknown): Promise<SentCode>;
  /**
   * Takes the number over that a code was sent to, as hers and verified.
   * @throws {UnauthenticatedError} @throws {ForbiddenError} in the name of somebody else
   * @throws {ValidationError} alike for a code that is wrong, used, expired, or was never sent
   */
  verify(context: RequestContext, input: unknown): Promise<UserRow>;
}

/** @throws {UnauthenticatedError} @throws {ForbiddenError} */
function herselfIn(context: RequestContext): string {
  const { userId, impersonatorId } = requireMember(context);
  if (impersonatorId !== undefined) throw new ForbiddenError('Not in the name of somebody else');
  return userId;
}

/** The number that a code goes to. */
function numberFor(user: UserRow, asked: string | undefined): string {
  if (user.status !== 'ACTIVE') throw new ConflictError('Verify your e-mail address first');
  const phone = asked ?? user.phone;
  if (phone === null) throw ValidationError.of('phone', 'must be given, there is none in your profile');
  if (phone === user.phone && user.phoneVerifiedAt !== null) throw new ConflictError('This number is verified already');
  return phone;
}

export function createPhoneVerificationService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly smsDesk: SmsDesk;
  /** Whether there is anything that sends SMS. */
  readonly canSend: boolean;
}): PhoneVerificationService {
  const { platform, outbox, smsDesk, canSend } = parts;

  const mayReach = async (db: PlatformDb, { tenant, clock }: RequestContext, phone: string): Promise<boolean> => {
    const since = hourBefore(clock.now());
    if ((await countCodesToNumber(db, phone, since)) >= CODES_AN_HOUR.toNumber) return false;
    return (await countCodesOfTenant(db, tenant.id, since)) < CODES_AN_HOUR.ofCompany;
  };

  return {
    async send(context, input) {
      const userId = herselfIn(context);
      const asked = validate(askedSchema, input);
      if (!canSend) throw new ConflictError('No SMS can be sent from here');
      const now = context.clock.now();
      const expiresAt = new Date(now.getTime() + CODE_MINUTES * 60_000);
      const phone = await platform.transaction(async (db) => {
        const user = await lockUser(db, userId);
        if (!user) throw new UnauthenticatedError('Sign in to do this');
        const number = numberFor(user, asked.phone);
        const wait = waitFor(await codesSentTo(db, userId, hourBefore(now)), now);
        if (wait > 0) throw new RateLimitedError('Wait a little before you ask for another code', wait);
        const reaches = await mayReach(db, context, number);
        await voidCodes(db, userId, now);
        const [id, code] = [uuidv7(), newProofCode()];
        const codeHash = hashProofCode(id, code);
        await insertCode(db, { tenantId: context.tenant.id, id, userId, phone: number, codeHash, createdAt: now, expiresAt });
        const sms = { template: 'PHONE_VERIFICATION', userId, to: number, values: { code, minutes: CODE_MINUTES } } as const;
        if (reaches) await smsDesk.send(db, context, sms, expiresAt);
        return number;
      });
      return { phone, expiresAt, againAt: new Date(now.getTime() + PAUSE_SECONDS * 1_000) };
    },

    async verify(context, input) {
      const userId = herselfIn(context);
      const { code } = validate(shownSchema, input);
      const now = context.clock.now();
      // Commits also when the code does not fit: it has been counted.
      const verified = await platform.transaction(async (db) => {
        const user = await lockUser(db, userId);
        const sent = await findNewestCode(db, context.tenant.id, userId);
        if (user?.status !== 'ACTIVE' || !sent || !isStanding(sent, now)) return null;
        if (!codeFits(sent, code)) {
          await countWrongPhoneCode(db, sent);
          return null;
        }
        await voidCodes(db, userId, now);
        await outbox.emit(db, context, 'identity.phone_verified', { userId });
        return keepVerifiedPhone(db, userId, sent.phone, now);
      });
      if (!verified) throw ValidationError.of('code', WRONG);
      context.loaders.clear();
      return verified;
    },
  };
}
