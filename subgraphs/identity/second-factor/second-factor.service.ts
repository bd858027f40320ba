import { z } from 'zod';
import { generateSecret, generateURI, verify } from 'otplib';
import { ConflictError, UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireFreshProof } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { lineSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import {
  newRecoveryCode,
  RECOVERY_CODES,
  TOTP_PERIOD_SECONDS,
  TOTP_TOLERANCE_SECONDS,
  typedCode,
} from './second-factor.js';
import {
  confirmTotp,
  countRecoveryCodes,
  deleteSecondFactor,
  findTotp,
  replaceRecoveryCodes,
  replaceUnconfirmedTotp,
  useRecoveryCode,
  useTimeStep,
  type Subject,
} from './second-factor.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const SECRET_PURPOSE = 'totp secret';

const enrolmentSchema = z.object({ label: lineSchema(120) });

/** What an authenticator app is set up with. */
export interface TotpEnrolment {
  /** Base32, for those who type it. */
  readonly secret: string;
  /** `otpauth://…`, for those who scan it. */
  readonly uri: string;
}

export interface SecondFactorState {
  readonly totpEnabled: boolean;
  readonly recoveryCodesLeft: number;
}

export interface SecondFactorService {
  /** Whether signing in takes a second factor. */
  isOn(subject: Subject): Promise<boolean>;
  state(context: RequestContext): Promise<SecondFactorState>;
  /**
   * Checks and uses up a code of the app or one to recover with.
   * @returns the method by the names of RFC 8176; null for a code that does not count
   */
  check(context: RequestContext, db: PlatformDb, subject: Subject, code: string): Promise<'otp' | 'kba' | null>;
  /**
   * Begins setting an app up; nothing is asked for it until it is confirmed.
   * @param label what the app names the account by
   * @throws {UnauthenticatedError} @throws {StepUpRequiredError} @throws {ValidationError}
   * @throws {ConflictError} when one is set up
   */
  enrol(context: RequestContext, label: string): Promise<TotpEnrolment>;
  /**
   * Ends setting it up by its first code.
   * @returns the recovery codes, shown this once
   * @throws {ValidationError} when the code is wrong or nothing was begun
   */
  confirm(context: RequestContext, code: string): Promise<readonly string[]>;
  /** @throws {ValidationError} when the code is wrong @throws {StepUpRequiredError} */
  disable(context: RequestContext, code: string): Promise<void>;
  /** New recovery codes in place of the old ones. @throws {ValidationError} when the code is wrong @throws {StepUpRequiredError} */
  renewRecoveryCodes(context: RequestContext, code: string): Promise<readonly string[]>;
}

/** @throws {UnauthenticatedError} for whoever is no person */
export function subjectOf({ principal }: RequestContext): Subject {
  if (principal.kind === 'member') return { realm: 'tenant', subjectId: principal.userId };
  if (principal.kind === 'platform') return { realm: 'platform', subjectId: principal.adminId };
  throw new UnauthenticatedError('Sign in to do this');
}

const wrongCode = (): ValidationError => ValidationError.of('code', 'is wrong, or was used already');

export function createSecondFactorService(parts: {
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  /** What authenticator apps name the account by. */
  readonly issuer: string;
}): SecondFactorService {
  const { platform, outbox, secretBox, issuer } = parts;

  const timeStepOf = async (context: RequestContext, secret: string, token: string): Promise<number | null> => {
    const result = await verify({
      secret,
      token,
      period: TOTP_PERIOD_SECONDS,
      epoch: Math.floor(context.clock.now().getTime() / 1_000),
      epochTolerance: TOTP_TOLERANCE_SECONDS,
    });
    return result.valid && 'timeStep' in result ? result.timeStep : null;
  };

  const checkTotp = async (context: RequestContext, db: PlatformDb, subject: Subject, token: string): Promise<boolean> => {
    const totp = await findTotp(db, subject);
    if (!totp) return false;
    const timeStep = await timeStepOf(context, secretBox.open(totp.sealedSecret, SECRET_PURPOSE), token);
    return timeStep !== null && useTimeStep(db, subject, timeStep);
  };

  const check: SecondFactorService['check'] = async (context, db, subject, text) => {
    const typed = typedCode(text);
    if (typed.kind === 'TOTP') return (await checkTotp(context, db, subject, typed.code)) ? 'otp' : null;
    const used = await useRecoveryCode(db, subject, hashOfSecret(typed.code), context.clock.now());
    return used ? 'kba' : null;
  };

  const isOn = async (subject: Subject): Promise<boolean> =>
    (await findTotp(platform.db, subject))?.confirmedAt instanceof Date;

  const changed = (context: RequestContext, db: PlatformDb, subject: Subject, change: IdentityEvents['identity.second_factor_changed']['change']) =>
    outbox.emit(db, context, 'identity.second_factor_changed', { ...subject, change });

  const giveRecoveryCodes = async (db: PlatformDb, subject: Subject): Promise<readonly string[]> => {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await replaceRecoveryCodes(db, subject, codes.map(hashOfSecret));
    return codes;
  };

  return {
    isOn,
    check,
    async state(context) {
      const subject = subjectOf(context);
      const [totpEnabled, recoveryCodesLeft] = await Promise.all([
        isOn(subject),
        countRecoveryCodes(platform.db, subject),
      ]);
      return { totpEnabled, recoveryCodesLeft };
    },

    async enrol(context, given) {
      const subject = subjectOf(context);
      requireFreshProof(context);
      const { label } = validate(enrolmentSchema, { label: given });
      const secret = generateSecret();
      const sealed = secretBox.seal(secret, SECRET_PURPOSE);
      const begun = await platform.transaction((db) => replaceUnconfirmedTotp(db, subject, sealed, context.clock.now()));
      if (!begun) throw new ConflictError('An authenticator app is set up already; disable it first');
      return { secret, uri: generateURI({ issuer, label, secret }) };
    },

    async confirm(context, code) {
      const subject = subjectOf(context);
      return platform.transaction(async (db) => {
        const typed = typedCode(code);
        const fits = typed.kind === 'TOTP' && (await checkTotp(context, db, subject, typed.code));
        if (!fits || !(await confirmTotp(db, subject, context.clock.now()))) throw wrongCode();
        await changed(context, db, subject, 'ENABLED');
        return giveRecoveryCodes(db, subject);
      });
    },

    async disable(context, code) {
      const subject = subjectOf(context);
      requireFreshProof(context);
      await platform.transaction(async (db) => {
        if (!(await check(context, db, subject, code))) throw wrongCode();
        await deleteSecondFactor(db, subject);
        await changed(context, db, subject, 'DISABLED');
      });
    },

    async renewRecoveryCodes(context, code) {
      const subject = subjectOf(context);
      requireFreshProof(context);
      return platform.transaction(async (db) => {
        if (!(await check(context, db, subject, code))) throw wrongCode();
        await changed(context, db, subject, 'RECOVERY_CODES_RENEWED');
        return giveRecoveryCodes(db, subject);
      });
    },
  };
}
