import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { generate } from 'otplib';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SignedIn } from '../session/sign-in.js';
import { newRecoveryCode, SecondFactorRequiredError, typedCode } from './second-factor.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const PASSWORD = 'Spine-demo-1!';

interface Person {
  readonly email: string;
  readonly signedIn: SignedIn;
  /** As somebody who has just signed in. */
  readonly context: RequestContext;
}

describe('a second factor', () => {
  let t: TestIdentity;
  let count = 0;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const at = (tenant = ACME) => contextFor(tenant, undefined, t.clock);
  const login = (email: string, deviceToken: string | null = null, password = PASSWORD) =>
    t.subgraph.services.sessions.login(at(), { email, password, deviceToken });

  const contextOf = ({ access, userId }: SignedIn): RequestContext => {
    const { sid, auth_time: authTime, acr } = decodeJwt(access.token) as { sid: string; auth_time: number; acr: 'aal1' };
    const principal = {
      ...memberOf([], { userId }),
      sessionId: sid,
      assurance: { level: acr, at: authTime },
    } as ReturnType<typeof memberOf>;
    return contextFor(ACME, principal, t.clock);
  };
  const person = async (): Promise<Person> => {
    count += 1;
    const email = `person-${count}@acme.example`;
    await t.subgraph.services.registration.register(at(), { email, password: PASSWORD, displayName: 'Person' });
    const signedIn = await login(email);
    return { email, signedIn, context: contextOf(signedIn) };
  };

  /** The code of the next time step: each counts once, so tests let the time pass. */
  const nextCode = (secret: string): Promise<string> => {
    t.clock.advance(30_000);
    return generate({ secret, epoch: Math.floor(t.clock.now().getTime() / 1_000) });
  };
  const setUp = async ({ context, email }: Person) => {
    const { secret, uri } = await t.subgraph.services.secondFactors.enrol(context, email);
    const codes = await t.subgraph.services.secondFactors.confirm(context, await nextCode(secret));
    return { secret, uri, codes };
  };
  const challengeOf = async (email: string): Promise<string> => {
    const refusal = await login(email).then(() => null, (error: unknown) => error);
    if (!(refusal instanceof SecondFactorRequiredError)) throw new Error(`Signed in without: ${String(refusal)}`);
    return refusal.challenge;
  };
  const complete = (challenge: string, code: string, tenant = ACME) =>
    t.subgraph.services.secondSteps.complete(at(tenant), { challenge, code });
  const claimsOf = ({ access }: SignedIn) => decodeJwt(access.token);

  test('is asked for by nobody before its first code was shown', async () => {
    const her = await person();
    await t.subgraph.services.secondFactors.enrol(her.context, her.email);
    await expect(login(her.email)).resolves.toBeDefined();
    await expect(t.subgraph.services.secondFactors.confirm(her.context, '000000')).rejects.toThrow('code: is wrong');
    await expect(login(her.email)).resolves.toBeDefined();
  });

  test('is what any authenticator app understands', async () => {
    const her = await person();
    const { secret, uri } = await setUp(her);
    const url = new URL(uri);
    expect(url.protocol).toBe('otpauth:');
    expect(url.searchParams.get('secret')).toBe(secret);
    expect(url.searchParams.get('issuer')).toBe('Spine');
    expect(secret).toMatch(/^[A-Z2-7]{32,}$/);
    // An app knows nothing but the address and the standards: RFC 4648 for the secret, RFC 6238 for the codes.
    const of = (name: string, unless: string): string => url.searchParams.get(name) ?? unless;
    const digits = Number(of('digits', '6'));
    const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
    t.clock.advance(30_000);
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(t.clock.now().getTime() / 1_000 / Number(of('period', '30')))));
    const mac = createHmac(of('algorithm', 'SHA1').toLowerCase(), key).update(step).digest();
    const code = String((mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7f_ff_ff_ff) % 10 ** digits).padStart(digits, '0');
    expect(claimsOf(await complete(await challengeOf(her.email), code))).toMatchObject({ acr: 'aal2' });
  });

  test('stands between the password and the session, and shows in the token', async () => {
    const her = await person();
    expect(claimsOf(her.signedIn)).toMatchObject({ acr: 'aal1', amr: ['pwd'] });
    const { secret } = await setUp(her);
    const signedIn = await complete(await challengeOf(her.email), await nextCode(secret));
    expect(claimsOf(signedIn)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp'] });
    const renewed = await t.subgraph.services.sessions.refresh(at(), signedIn.refresh.token);
    expect(claimsOf(renewed)).toMatchObject({ acr: 'aal2', auth_time: claimsOf(signedIn)['auth_time'] });
  });

  test('is asked for after a link by mail as well', async () => {
    const her = await person();
    await t.subgraph.services.magicLinks.request(at(), her.email); // makes the address hers first
    const first = (await t.mails(her.email))[0]?.token ?? '';
    const signedIn = await t.subgraph.services.magicLinks.consume(at(), { token: first });
    await setUp({ ...her, context: contextOf(signedIn) });
    await t.subgraph.services.magicLinks.request(at(), her.email);
    const second = (await t.mails(her.email))[0]?.token ?? '';
    await expect(t.subgraph.services.magicLinks.consume(at(), { token: second })).rejects.toThrow('Finish signing in');
  });

  test('counts no code twice, not even for two at the same moment', async () => {
    const her = await person();
    const { secret } = await setUp(her);
    const challenges = await Promise.all([challengeOf(her.email), challengeOf(her.email)]);
    const code = await nextCode(secret);
    const outcomes = await Promise.allSettled(challenges.map((challenge) => complete(challenge, code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('ends a challenge after five wrong codes, after five minutes, and at another company', async () => {
    const her = await person();
    const { secret } = await setUp(her);
    const guessed = await challengeOf(her.email);
    for (let n = 0; n < 5; n += 1) {
      await expect(complete(guessed, '000000')).rejects.toThrow();
      t.clock.advance(60_000 / 5);
    }
    await expect(complete(guessed, await nextCode(secret))).rejects.toThrow('sign in again');

    t.clock.advance(60 * 60_000);
    const late = await challengeOf(her.email);
    t.clock.advance(5 * 60_000);
    await expect(complete(late, await nextCode(secret))).rejects.toThrow('sign in again');

    const fresh = await challengeOf(her.email);
    await expect(complete(fresh, await nextCode(secret), GLOBEX)).rejects.toThrow('sign in again');
    await expect(complete(fresh, await nextCode(secret))).resolves.toBeDefined();
  });

  test('can be recovered from by ten codes, each once, however they are typed', async () => {
    const her = await person();
    const { codes } = await setUp(her);
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = ''] = codes;
    await expect(complete(await challengeOf(her.email), first.toUpperCase().replaceAll('-', ' '))).resolves.toBeDefined();
    await expect(complete(await challengeOf(her.email), first)).rejects.toThrow('wrong');
    await expect(complete(await challengeOf(her.email), second)).resolves.toBeDefined();
    await expect(t.subgraph.services.secondFactors.state(her.context)).resolves.toEqual({
      totpEnabled: true,
      recoveryCodesLeft: 8,
    });
  });

  test('takes a fresh proof and a code to be done away with', async () => {
    const her = await person();
    const { secret } = await setUp(her);
    await expect(t.subgraph.services.secondFactors.disable(her.context, '000000')).rejects.toThrow('wrong');
    t.clock.advance(11 * 60_000);
    await expect(t.subgraph.services.secondFactors.disable(her.context, await nextCode(secret))).rejects.toThrow('stepUp');
    const access = await t.subgraph.services.secondSteps.stepUp(her.context, {
      password: PASSWORD,
      code: await nextCode(secret),
    });
    const fresh = contextOf({ ...her.signedIn, access });
    await t.subgraph.services.secondFactors.disable(fresh, await nextCode(secret));
    await expect(login(her.email)).resolves.toBeDefined();
    expect(await t.eventTypes()).toContain('identity.second_factor_changed');
  });

  test('cannot be replaced by somebody who only holds a token', async () => {
    const her = await person();
    await setUp(her);
    await expect(t.subgraph.services.secondFactors.enrol(her.context, her.email)).rejects.toThrow('set up already');
    await expect(t.subgraph.services.secondFactors.renewRecoveryCodes(her.context, '000000')).rejects.toThrow('wrong');
  });

  test('keeps secrets and codes where nobody can read them', async () => {
    const her = await person();
    const { secret, codes } = await setUp(her);
    const { rows } = await t.runtime.pools.platform.query<{ row: string }>(
      'SELECT c::text AS row FROM identity.totp_credential c UNION ALL SELECT r::text FROM identity.recovery_code r',
    );
    const kept = rows.map(({ row }) => row).join('\n');
    expect(kept).not.toContain(secret);
    for (const code of codes) expect(kept).not.toContain(code);
    const app = t.runtime.pools.app;
    await expect(app.query('SELECT 1 FROM identity.totp_credential')).rejects.toThrow('permission denied');
    await expect(app.query('SELECT 1 FROM identity.recovery_code')).rejects.toThrow('permission denied');
  });

  describe('a step up', () => {
    test('takes the password, and the code where there is a second factor', async () => {
      const her = await person();
      const stepUp = (password: string, code: string | null = null) =>
        t.subgraph.services.secondSteps.stepUp(her.context, { password, code });
      await expect(stepUp('wrong')).rejects.toThrow('password: is not your password');
      await expect(stepUp(PASSWORD)).resolves.toBeDefined();
      const { secret } = await setUp(her);
      await expect(stepUp(PASSWORD)).rejects.toThrow('code: is needed');
      await expect(stepUp(PASSWORD, '000000')).rejects.toThrow('code: is wrong');
      const access = await stepUp(PASSWORD, await nextCode(secret));
      expect(decodeJwt(access.token)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp'] });
    });

    test('opens nothing for a session that has ended', async () => {
      const her = await person();
      await t.subgraph.services.sessions.logout(her.context);
      await expect(
        t.subgraph.services.secondSteps.stepUp(her.context, { password: PASSWORD, code: null }),
      ).rejects.toThrow('Sign in');
    });
  });

  describe('a trusted device', () => {
    const trust = async (her: Person) => (await t.subgraph.services.trustedDevices.trust(her.context)).deviceToken;

    test('is not asked for it, and no other device is spared', async () => {
      const her = await person();
      await setUp(her);
      const device = await trust(her);
      await expect(login(her.email, device)).resolves.toBeDefined();
      await expect(login(her.email, 'spd_another')).rejects.toThrow('Finish signing in');
      const him = await person();
      await setUp(him);
      await expect(login(him.email, device)).rejects.toThrow('Finish signing in');
    });

    test('is trusted until it is revoked, by its owner only', async () => {
      const her = await person();
      await setUp(her);
      const device = await trust(her);
      const [listed] = await t.subgraph.services.trustedDevices.mine(her.context);
      const him = await person();
      const revoke = (context: RequestContext) => t.subgraph.services.trustedDevices.revoke(context, listed?.id ?? '');
      await expect(revoke(him.context)).rejects.toThrow('not found');
      await expect(revoke(her.context)).resolves.toMatchObject({ revokedAt: expect.any(Date) });
      await expect(login(her.email, device)).rejects.toThrow('Finish signing in');
      expect(await t.subgraph.services.trustedDevices.mine(her.context)).toEqual([]);
    });

    test('is forgotten after ninety days without use, and by a new password', async () => {
      const her = await person();
      await setUp(her);
      const device = await trust(her);
      t.clock.advance(89 * 24 * 60 * 60_000);
      await expect(login(her.email, device)).resolves.toBeDefined();
      t.clock.advance(89 * 24 * 60 * 60_000);
      await expect(login(her.email, device)).resolves.toBeDefined();
      t.clock.advance(91 * 24 * 60 * 60_000);
      await expect(login(her.email, device)).rejects.toThrow('Finish signing in');
    });

    test('takes a fresh proof to be trusted', async () => {
      const her = await person();
      t.clock.advance(11 * 60_000);
      await expect(t.subgraph.services.trustedDevices.trust(her.context)).rejects.toThrow('stepUp');
    });
  });
});

describe('codes', () => {
  test('to recover with are four groups without letters that look alike', () => {
    for (let n = 0; n < 100; n += 1) expect(newRecoveryCode()).toMatch(/^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/);
  });

  test('are told apart by how they look', () => {
    expect(typedCode('123 456')).toEqual({ kind: 'TOTP', code: '123456' });
    expect(typedCode('ABCD efgh-jkmn 2345')).toEqual({ kind: 'RECOVERY', code: 'abcd-efgh-jkmn-2345' });
    expect(hashOfSecret('a')).not.toBe(hashOfSecret('b'));
  });
});
