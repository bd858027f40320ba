import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { SMS_PURPOSE } from '../../_kernel/sms/sms.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { UserId } from '../ids.js';
import { waitFor } from './phone-verification.js';

const PASSWORD = 'Spine-demo-1!';
const MINUTE = 60_000;

const SEND = `mutation ($phone: String) { sendPhoneVerification(phone: $phone) {
  __typename ... on PhoneCodeSent { phone expiresAt againAt } ... on UserError { code message } ... on RateLimitedError { retryAfter } } }`;
const VERIFY = `mutation ($code: String!) { verifyPhone(code: $code) {
  __typename ... on PhoneVerified { user { id profile { phone phoneVerifiedAt } } } ... on ValidationError { issues { field } } ... on UserError { code } } }`;
const UPDATE = `mutation ($phone: String) { updateProfile(input: { phone: $phone }) { ... on User { profile { phone phoneVerifiedAt } } } }`;

const smsSchema = z.object({ to: z.string(), values: z.object({ code: z.string(), minutes: z.number() }) });

describe('how long somebody waits for another code', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);

  it('is a minute after the last one, and an hour after the fifth', () => {
    expect(waitFor([], now)).toBe(0);
    expect(waitFor([ago(20)], now)).toBe(40);
    expect(waitFor([ago(61)], now)).toBe(0);
    expect(waitFor([61, 200, 300, 400].map(ago), now)).toBe(0);
    expect(waitFor([61, 200, 300, 400, 600].map(ago), now)).toBe(3_000);
  });
});

describe('a telephone number', () => {
  let t: TestIdentity;
  let count = 0;

  beforeAll(async () => {
    t = await startTestIdentity({ sms: {} });
  });
  afterAll(() => t.stop());

  interface Somebody {
    readonly userId: string;
    readonly as: Principal;
    readonly phone: string;
    readonly context: RequestContext;
  }
  const somebody = async (status: 'ACTIVE' | 'PENDING' = 'ACTIVE'): Promise<Somebody> => {
    count += 1;
    const email = `caller-${count}@acme.example`;
    const at = contextFor(ACME, undefined, t.clock);
    await t.subgraph.services.registration.register(at, { email, password: PASSWORD, displayName: 'Caller' });
    const { rows } = await t.runtime.pools.platform.query<{ id: string }>(
      'UPDATE identity."user" SET status = $2::identity."UserStatus" WHERE email = $1 RETURNING id',
      [email, status],
    );
    const userId = rows[0]?.id ?? '';
    const as = memberOf([], { userId, roles: ['USER'] });
    return { userId, as, phone: `+49301000${String(count).padStart(3, '0')}`, context: contextFor(ACME, as, t.clock) };
  };
  const ask = async (source: string, variables: object, as: Principal) => {
    const { data, errors } = await t.graphql(source, { as, variables: { ...variables } });
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data ?? {})[0] as Record<string, unknown>;
  };
  const send = ({ as, phone }: Somebody, to: string | null = phone) => ask(SEND, { phone: to }, as);
  const verify = (of: Somebody, code: string) => ask(VERIFY, { code }, of.as);
  /** Codes that were sent to a number, newest first. */
  const codesTo = async (phone: string): Promise<readonly string[]> => {
    await t.runtime.everythingTold();
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    const events = await db.outboxEvent.findMany({ where: { type: 'identity.sms_requested' }, orderBy: { id: 'desc' } });
    return events
      .map(({ payload }) => smsSchema.parse(JSON.parse(t.runtime.secretBox.open((payload as { sealed: string }).sealed, SMS_PURPOSE))))
      .filter(({ to }) => to === phone)
      .map(({ values }) => values.code);
  };
  const newestCode = async (phone: string): Promise<string> => (await codesTo(phone))[0] ?? '';
  const wrong = (right: string): string => (right === '000000' ? '000001' : '000000');
  const REFUSED = { __typename: 'ValidationError', code: 'BAD_USER_INPUT', issues: [{ field: 'code' }] };

  it('becomes hers and verified by the code that came to it', async () => {
    const her = await somebody();
    expect(await send(her)).toMatchObject({ __typename: 'PhoneCodeSent', phone: her.phone });
    expect(await verify(her, await newestCode(her.phone))).toMatchObject({
      user: { id: UserId.encode(her.userId), profile: { phone: her.phone, phoneVerifiedAt: expect.any(String) } },
    });
    expect(await t.eventTypes()).toContain('identity.phone_verified');
    expect(await send(her)).toMatchObject({ code: 'CONFLICT', message: 'This number is verified already' });
  });

  it('is the one in her profile when none is named, and has to be somewhere', async () => {
    const her = await somebody();
    expect(await send(her, null)).toMatchObject({ code: 'BAD_USER_INPUT' });
    await ask(UPDATE, { phone: her.phone }, her.as);
    expect(await send(her, null)).toMatchObject({ phone: her.phone });
    expect(await send(her, '030 123')).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is not verified any more once it is another, and a code for the one before counts no more', async () => {
    const her = await somebody();
    await send(her);
    await verify(her, await newestCode(her.phone));
    expect(await ask(UPDATE, { phone: her.phone }, her.as)).toMatchObject({ profile: { phoneVerifiedAt: expect.any(String) } });
    expect(await ask(UPDATE, { phone: '+4930999' }, her.as)).toEqual({ profile: { phone: '+4930999', phoneVerifiedAt: null } });

    t.clock.advance(2 * MINUTE);
    await send(her);
    await ask(UPDATE, { phone: '+4930998' }, her.as);
    expect(await verify(her, await newestCode(her.phone))).toMatchObject(REFUSED);
    expect(await ask(UPDATE, { phone: null }, her.as)).toEqual({ profile: { phone: null, phoneVerifiedAt: null } });
  });

  it('takes the right code once, within ten minutes, and not after five wrong ones', async () => {
    const her = await somebody();
    await send(her);
    const code = await newestCode(her.phone);
    for (let n = 0; n < 4; n += 1) expect(await verify(her, wrong(code))).toMatchObject(REFUSED);
    expect(await verify(her, code)).toMatchObject({ __typename: 'PhoneVerified' });
    expect(await verify(her, code)).toMatchObject(REFUSED);

    const other = await somebody();
    await send(other);
    const right = await newestCode(other.phone);
    for (let n = 0; n < 5; n += 1) await verify(other, wrong(right));
    expect(await verify(other, right)).toMatchObject(REFUSED);

    const late = await somebody();
    await send(late);
    const expired = await newestCode(late.phone);
    t.clock.advance(11 * MINUTE);
    expect(await verify(late, expired)).toMatchObject(REFUSED);
  });

  it('counts every one of twenty wrong codes that are shown at the same time', async () => {
    const her = await somebody();
    await send(her);
    const code = await newestCode(her.phone);
    await Promise.all(Array.from({ length: 20 }, () => verify(her, wrong(code))));
    expect(await verify(her, code)).toMatchObject(REFUSED);
  });

  it("takes neither another person's code nor one of another company", async () => {
    const [her, him] = [await somebody(), await somebody()];
    await send(her);
    const code = await newestCode(her.phone);
    expect(await verify(him, code)).toMatchObject(REFUSED);
    const elsewhere = t.subgraph.services.phoneVerification.verify(contextFor(GLOBEX, her.as, t.clock), { code });
    await expect(elsewhere).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await verify(her, code)).toMatchObject({ __typename: 'PhoneVerified' });
  });

  it('is sent a code a minute and five an hour, whoever asks, and the older ones count no more', async () => {
    const her = await somebody();
    await send(her);
    const first = await newestCode(her.phone);
    expect(await send(her)).toMatchObject({ __typename: 'RateLimitedError', retryAfter: expect.any(Number) });
    for (let n = 0; n < 4; n += 1) {
      t.clock.advance(2 * MINUTE);
      expect(await send(her)).toMatchObject({ __typename: 'PhoneCodeSent' });
    }
    t.clock.advance(2 * MINUTE);
    expect(await send(her)).toMatchObject({ __typename: 'RateLimitedError' });
    const codes = await codesTo(her.phone);
    expect(codes).toHaveLength(5);
    if (codes[0] !== first) expect(await verify(her, first)).toMatchObject(REFUSED);

    // To somebody else it looks as if it was sent.
    const him = await somebody();
    expect(await send(him, her.phone)).toMatchObject({ __typename: 'PhoneCodeSent', phone: her.phone });
    expect(await codesTo(her.phone)).toHaveLength(5);
  });

  it('is asked for once when it is asked for ten times at the same moment', async () => {
    const her = await somebody();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(her)));
    expect(answers.filter(({ __typename }) => __typename === 'PhoneCodeSent')).toHaveLength(1);
    expect(await codesTo(her.phone)).toHaveLength(1);
  });

  it('does not stand in for a verified address: an account that is pending is sent no code', async () => {
    const her = await somebody('PENDING');
    expect(await send(her)).toMatchObject({ code: 'CONFLICT', message: 'Verify your e-mail address first' });
    expect(await codesTo(her.phone)).toEqual([]);
  });

  it('is nobody else’s to verify: not by who acts in her name, and not by a program', async () => {
    const her = await somebody();
    const service = t.subgraph.services.phoneVerification;
    const impersonated = contextFor(ACME, { ...her.as, impersonatorId: uuidv7() } as Principal, t.clock);
    await expect(service.send(impersonated, { phone: her.phone })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.verify(impersonated, { code: '000000' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.send(contextFor(ACME, undefined, t.clock), {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('and its code stand nowhere in the clear, save for the number in her own rows', async () => {
    const her = await somebody();
    await send(her);
    const code = await newestCode(her.phone);
    const { rows } = await t.runtime.pools.platform.query<{ code_hash: string; phone: string }>(
      'SELECT code_hash, phone FROM identity.phone_verification WHERE user_id = $1',
      [her.userId],
    );
    expect(rows).toEqual([{ phone: her.phone, code_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(rows[0]?.code_hash).not.toBe(code);
    const { rows: told } = await t.runtime.pools.platform.query<{ payload: object }>(
      `SELECT payload FROM kernel.outbox_event WHERE type = 'identity.sms_requested' ORDER BY id DESC LIMIT 1`,
    );
    expect(Object.keys(told[0]?.payload ?? {}).sort()).toEqual(['sealed', 'template', 'userId', 'validUntil']);
  });

  it('is forgotten with its codes a day later', async () => {
    const schedule = t.subgraph.schedules?.find(({ name }) => name === 'forget-what-counts-no-more');
    const her = await somebody();
    await send(her);
    const kept = async (): Promise<number> => {
      const { rowCount } = await t.runtime.pools.platform.query('SELECT 1 FROM identity.phone_verification WHERE user_id = $1', [her.userId]);
      return rowCount ?? 0;
    };
    await schedule?.run(her.context);
    expect(await kept()).toBe(1);
    t.clock.advance(25 * 60 * MINUTE);
    await schedule?.run(her.context);
    expect(await kept()).toBe(0);
  });

  it('cannot be verified where no SMS can be sent', async () => {
    const silent = await startTestIdentity();
    try {
      const context = contextFor(ACME, memberOf([]), silent.clock);
      await expect(silent.subgraph.services.phoneVerification.send(context, { phone: '+4930123456' })).rejects.toMatchObject({ code: 'CONFLICT' });
    } finally {
      await silent.stop();
    }
  });
});
