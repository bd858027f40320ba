import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { hashProofCode, isStanding, newProofCode, newProofToken } from './mailed-proof.js';

const PASSWORD = 'Spine-demo-1!';
const NEW_PASSWORD = 'Another-one-2?';

describe('what is sent by mail', () => {
  let t: TestIdentity;
  let count = 0;

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  const at = (tenant = ACME) => contextFor(tenant, undefined, t.clock);
  const newcomer = async (tenant = ACME): Promise<string> => {
    count += 1;
    const email = `newcomer-${count}@acme.example`;
    await t.subgraph.services.registration.register(at(tenant), { email, password: PASSWORD, displayName: 'Newcomer' });
    return email;
  };
  const login = (email: string, password = PASSWORD) =>
    t.subgraph.services.sessions.login(at(), { email, password });
  const statusOf = async (email: string): Promise<string> => {
    const { rows } = await t.runtime.pools.platform.query<{ status: string }>(
      'SELECT status FROM identity."user" WHERE email = $1',
      [email],
    );
    return rows[0]?.status ?? 'unknown';
  };
  const newest = async (email: string) => {
    const [mail] = await t.mails(email);
    if (!mail?.token) throw new Error(`No mail with a link was sent to ${email}`);
    return { ...mail, token: mail.token };
  };
  const code = (mail: { readonly code: string | undefined }): string => mail.code ?? '';
  const wrong = (right: string): string => (right === '000000' ? '000001' : '000000');

  describe('to verify an address', () => {
    const verify = (shown: Parameters<typeof t.subgraph.services.emailVerification.verify>[1], tenant = ACME) =>
      t.subgraph.services.emailVerification.verify(at(tenant), shown);

    test('comes by itself after signing up, leads to the company, and makes the person active', async () => {
      const email = await newcomer();
      expect(await statusOf(email)).toBe('PENDING');
      const mail = await newest(email);
      expect(mail).toMatchObject({ template: 'EMAIL_VERIFICATION', to: email });
      expect(mail.link).toMatch(/^http:\/\/acme\.spine\.example\/account\/verify-email\?token=spm_/);
      await verify({ token: mail.token });
      expect(await statusOf(email)).toBe('ACTIVE');
      expect(await t.eventTypes()).toContain('identity.email_verified');
    });

    test('counts once', async () => {
      const { token } = await newest(await newcomer());
      await verify({ token });
      await expect(verify({ token })).rejects.toThrow('not valid any more');
    });

    test('counts for one of twenty who show it at the same time', async () => {
      const { token } = await newest(await newcomer());
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => verify({ token })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('counts as a code with the address as well, until the fifth wrong one', async () => {
      const email = await newcomer();
      const mail = await newest(email);
      await expect(verify({ email, code: wrong(code(mail)) })).rejects.toThrow('not valid');
      await verify({ email, code: code(mail) });
      expect(await statusOf(email)).toBe('ACTIVE');

      const other = await newcomer();
      const right = code(await newest(other));
      for (let n = 0; n < 5; n += 1) await verify({ email: other, code: wrong(right) }).catch(() => undefined);
      await expect(verify({ email: other, code: right })).rejects.toThrow('not valid');
      expect(await statusOf(other)).toBe('PENDING');
    });

    test('counts at the company it was sent for and at no other', async () => {
      const { token } = await newest(await newcomer());
      await expect(verify({ token }, GLOBEX)).rejects.toThrow('not valid');
      await expect(verify({ token })).resolves.toEqual(expect.any(String));
    });

    test('counts for a day', async () => {
      const { token } = await newest(await newcomer());
      t.clock.advance(24 * 60 * 60 * 1_000);
      await expect(verify({ token })).rejects.toThrow('not valid');
    });

    test('is told to operations when it does not count', async () => {
      await verify({ token: newProofToken() }).catch(() => undefined);
      expect(await t.eventTypes()).toContain('identity.proof_refused');
    });
  });

  describe('to choose a new password', () => {
    const reset = (token: string, newPassword = NEW_PASSWORD, tenant = ACME) =>
      t.subgraph.services.passwords.reset(at(tenant), { token, newPassword });
    const ask = (email: string, tenant = ACME) => t.subgraph.services.proofs.request(at(tenant), 'PASSWORD_RESET', email);
    const resetMail = async (email: string) => {
      const mail = await newest(email);
      expect(mail.template).toBe('PASSWORD_RESET');
      return mail;
    };

    test('replaces the password, ends every session, verifies the address, and is told to the person', async () => {
      const email = await newcomer();
      const { refresh } = await login(email);
      await ask(email);
      await reset((await resetMail(email)).token);
      await expect(login(email)).rejects.toThrow('wrong');
      await expect(login(email, NEW_PASSWORD)).resolves.toBeDefined();
      await expect(t.subgraph.services.sessions.refresh(at(), refresh.token)).rejects.toThrow('not valid');
      expect(await statusOf(email)).toBe('ACTIVE');
      expect((await t.mails(email))[0]?.template).toBe('PASSWORD_CHANGED');
    });

    test('stays good when the new password breaks a rule, which is named', async () => {
      const email = await newcomer();
      await ask(email);
      const { token } = await resetMail(email);
      await expect(reset(token, 'Abcdefg1')).rejects.toThrow('newPassword: must contain a special character');
      await expect(reset(token)).resolves.toBeUndefined();
    });

    test('is worth nothing once a newer one was sent', async () => {
      const email = await newcomer();
      await ask(email);
      const first = await resetMail(email);
      await ask(email);
      const second = await resetMail(email);
      await expect(reset(first.token)).rejects.toThrow('not valid');
      await expect(reset(second.token)).resolves.toBeUndefined();
    });

    test('is no proof for anything else, and nothing else is one for it', async () => {
      const email = await newcomer();
      const { token: verification } = await newest(email);
      await expect(reset(verification)).rejects.toThrow('not valid');
      await ask(email);
      const { token } = await resetMail(email);
      await expect(t.subgraph.services.emailVerification.verify(at(), { token })).rejects.toThrow('not valid');
      await expect(t.subgraph.services.magicLinks.consume(at(), { token })).rejects.toThrow('not valid');
    });

    test('is answered alike for strangers, who get no mail', async () => {
      const email = await newcomer();
      await expect(ask('Stranger@acme.example')).resolves.toEqual({ email: 'stranger@acme.example' });
      await expect(ask(email, GLOBEX)).resolves.toEqual({ email });
      expect(await t.mails('stranger@acme.example')).toEqual([]);
      expect(await t.mails(email, GLOBEX)).toEqual([]);
    });

    test('fills nobody’s mailbox: five an hour, and then no more', async () => {
      const email = await newcomer();
      for (let n = 0; n < 8; n += 1) await ask(email);
      const sent = (await t.mails(email)).filter(({ template }) => template === 'PASSWORD_RESET');
      expect(sent).toHaveLength(5);
    });

    test('is refused for what is no address', async () => {
      await expect(ask('a@b@c')).rejects.toThrow('email: must be an e-mail address');
    });
  });

  describe('to sign in with', () => {
    const consume = (shown: Parameters<typeof t.subgraph.services.magicLinks.consume>[1], tenant = ACME) =>
      t.subgraph.services.magicLinks.consume(at(tenant), shown);

    test('opens a session once, by link or by code', async () => {
      const email = await newcomer();
      await t.subgraph.services.magicLinks.request(at(), email);
      const mail = await newest(email);
      expect(mail.template).toBe('SIGN_IN_LINK');
      await expect(consume({ email, code: code(mail) })).resolves.toMatchObject({ access: expect.any(Object) });
      await expect(consume({ token: mail.token })).rejects.toThrow('not valid');
    });

    test('is good for ten minutes', async () => {
      const email = await newcomer();
      await t.subgraph.services.magicLinks.request(at(), email);
      const { token } = await newest(email);
      t.clock.advance(10 * 60 * 1_000);
      await expect(consume({ token })).rejects.toThrow('not valid');
    });

    test('leaves whoever signed up with another’s address outside', async () => {
      const email = await newcomer(); // by somebody who cannot read her mail
      const { refresh } = await login(email);
      await t.subgraph.services.magicLinks.request(at(), email); // by herself
      await consume({ token: (await newest(email)).token });
      expect(await statusOf(email)).toBe('ACTIVE');
      await expect(login(email)).rejects.toThrow('wrong');
      await expect(t.subgraph.services.sessions.refresh(at(), refresh.token)).rejects.toThrow('not valid');
    });

    test('is not sent to, nor taken from, somebody who is banned', async () => {
      const email = await newcomer();
      await t.subgraph.services.magicLinks.request(at(), email);
      const { token } = await newest(email);
      await t.runtime.pools.platform.query(`UPDATE identity."user" SET status = 'BANNED' WHERE email = $1`, [email]);
      await expect(consume({ token })).rejects.toThrow('not valid');
      const before = (await t.mails(email)).length;
      await t.subgraph.services.magicLinks.request(at(), email);
      expect(await t.mails(email)).toHaveLength(before);
    });
  });

  describe('changing one’s password', () => {
    test('takes the old one, and ends every other session', async () => {
      const email = await newcomer();
      const [here, elsewhere] = [await login(email), await login(email)];
      const claims = JSON.parse(Buffer.from(here.access.token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
      const principal = { ...memberOf([], { userId: here.userId }), sessionId: claims.sid } as ReturnType<typeof memberOf>;
      const context = contextFor(ACME, principal, t.clock);
      const change = (currentPassword: string) =>
        t.subgraph.services.passwords.change(context, { currentPassword, newPassword: NEW_PASSWORD });

      await expect(change('not-hers-1!A')).rejects.toThrow('currentPassword: is not your password');
      await change(PASSWORD);
      await expect(t.subgraph.services.sessions.refresh(at(), elsewhere.refresh.token)).rejects.toThrow('not valid');
      await expect(t.subgraph.services.sessions.refresh(at(), here.refresh.token)).resolves.toBeDefined();
      await expect(login(email, NEW_PASSWORD)).resolves.toBeDefined();
    });
  });

  test('keeps neither tokens, codes nor addresses where they can be read', async () => {
    const email = await newcomer();
    const { token, code: digits } = await newest(email);
    const { rows } = await t.runtime.pools.platform.query<{ row: string }>(
      `SELECT p::text AS row FROM identity.mailed_proof p UNION ALL
       SELECT e::text FROM kernel.outbox_event e WHERE type IN ('identity.proof_requested', 'identity.mail_requested')`,
    );
    const kept = rows.map(({ row }) => row).join('\n');
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(`"${digits}"`);
    const requests = rows.filter(({ row }) => row.includes('sealedEmail')).map(({ row }) => row).join('\n');
    expect(requests).not.toContain(email);
  });
});

describe('a proof', () => {
  const now = new Date('2027-05-02T10:00:00Z');
  const standing = { wrongCodes: 0, expiresAt: new Date(now.getTime() + 1), usedAt: null };

  test('stands until it is used, until it expires, and until five codes were wrong', () => {
    expect(isStanding(standing, now)).toBe(true);
    expect(isStanding({ ...standing, usedAt: now }, now)).toBe(false);
    expect(isStanding({ ...standing, expiresAt: now }, now)).toBe(false);
    expect(isStanding({ ...standing, wrongCodes: 4 }, now)).toBe(true);
    expect(isStanding({ ...standing, wrongCodes: 5 }, now)).toBe(false);
  });

  test('has a token that nobody guesses and a code of six digits', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, newProofToken));
    expect(tokens.size).toBe(1_000);
    expect(newProofToken()).toMatch(/^spm_[\w-]{43}$/);
    for (let n = 0; n < 100; n += 1) expect(newProofCode()).toMatch(/^\d{6}$/);
  });

  test('keeps equal codes unequal', () => {
    expect(hashProofCode('one', '123456')).not.toBe(hashProofCode('another', '123456'));
  });
});
