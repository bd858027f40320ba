import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ACME, contextFor, eventually, GLOBEX, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import type { IdentityServices } from '../services.js';
import { createIdentity } from '../subgraph.js';

const PASSWORD = 'Spine-demo-1!';

describe('sessions', () => {
  let runtime: TestRuntime;
  let identity: Subgraph<IdentityServices>;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    identity = createIdentity(runtime, { issuer: 'http://spine.test', appName: 'Spine' });
    await identity.services.registration.register(contextFor(ACME), {
      email: 'Client@Acme.example',
      password: PASSWORD,
      displayName: 'Client of Acme',
    });
  });
  afterAll(() => runtime.stop());

  const login = (email = 'client@acme.example', password = PASSWORD, tenant = ACME) =>
    identity.services.sessions.login(contextFor(tenant), { email, password });
  const refresh = (token: string, tenant = ACME) => identity.services.sessions.refresh(contextFor(tenant), token);

  it('signs in with an access token of 15 minutes that names tenant, membership and roles', async () => {
    const { access } = await login();
    const claims = decodeJwt(access.token);
    expect(claims).toMatchObject({ iss: 'http://spine.test', aud: 'spine:tenant', tid: ACME.id, roles: ['USER'] });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
    expect(decodeProtectedHeader(access.token)).toMatchObject({ alg: 'EdDSA', kid: expect.stringMatching(/^tenant-/) });
  });

  it('answers an unknown address, a wrong password and a foreign tenant alike', async () => {
    const attempts = [login('nobody@acme.example'), login(undefined, 'wrong'), login(undefined, PASSWORD, GLOBEX)];
    const outcomes = await Promise.allSettled(attempts);
    const messages = outcomes.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : 'signed in'));
    expect(new Set(messages)).toEqual(new Set(['UnauthenticatedError: The e-mail address or the password is wrong']));
  });

  it('records every refused sign-in as an event of the tenant it was tried at', async () => {
    await runtime.everythingTold();
    const before = await runtime.log.head();
    await login('nobody@acme.example').catch(() => undefined);
    await runtime.everythingTold();
    const events = await runtime.log.read({ after: before, limit: 10, tenantId: ACME.id });
    expect(events).toEqual([
      expect.objectContaining({ type: 'identity.login_failed', payload: expect.objectContaining({ realm: 'tenant' }) }),
    ]);
  });

  it('rotates the refresh token at every refresh', async () => {
    const first = await login();
    const second = await refresh(first.refresh.token);
    expect(second.refresh.token).not.toBe(first.refresh.token);
    await expect(refresh(second.refresh.token)).resolves.toMatchObject({ userId: first.userId });
  });

  it('ends the whole session when a refresh token comes a second time', async () => {
    const first = await login();
    const second = await refresh(first.refresh.token);
    await expect(refresh(first.refresh.token)).rejects.toThrow('not valid');
    await expect(refresh(second.refresh.token)).rejects.toThrow('not valid');
  });

  it('lets at most one of twenty parallel refreshes through', async () => {
    const { refresh: granted } = await login();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(granted.token)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  it('ends the session of twenty parallel refreshes once, and says so once', async () => {
    const { refresh: granted, sessionId } = await login();
    await Promise.allSettled(Array.from({ length: 20 }, () => refresh(granted.token)));
    const { rows } = await runtime.pools.platform.query<{ children: number; ends: number }>(
      `SELECT (SELECT count(*)::int - 1 FROM identity.refresh_token WHERE session_id::text = $1) AS children,
              (SELECT count(*)::int FROM kernel.outbox_event WHERE type = 'identity.session_ended'
                 AND payload ->> 'sessionId' = $1) AS ends`,
      [sessionId],
    );
    expect(rows).toEqual([{ children: 1, ends: 1 }]);
  });

  it('does not refresh for somebody who is kept out while it waits', async () => {
    const { refresh: granted, sessionId, userId } = await login();
    const ban = await runtime.pools.platform.connect();
    try {
      await ban.query('BEGIN');
      await ban.query('SELECT 1 FROM identity.membership WHERE user_id = $1 FOR UPDATE', [userId]);
      const outcome = refresh(granted.token).then(() => 'refreshed', () => 'refused');
      await eventually(
        async () => ((await runtime.pools.platform.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount ?? 0) > 0,
        30_000,
      );
      await ban.query(`UPDATE identity."user" SET status = 'BANNED' WHERE id = $1`, [userId]);
      await ban.query('COMMIT');
      expect(await outcome).toBe('refused');
    } finally {
      await ban.query(`UPDATE identity."user" SET status = 'ACTIVE' WHERE id = $1`, [userId]);
      ban.release();
    }
    const { rows } = await runtime.pools.platform.query('SELECT 1 FROM identity.refresh_token WHERE session_id = $1', [sessionId]);
    expect(rows).toHaveLength(1);
  });

  it("does not take a tenant's refresh token at another tenant", async () => {
    const { refresh: granted } = await login();
    await expect(refresh(granted.token, GLOBEX)).rejects.toThrow('not valid');
    await expect(refresh(granted.token)).resolves.toBeDefined();
  });

  it('makes the refresh token worthless on logout', async () => {
    const { access, refresh: granted, userId } = await login();
    const sessionId = String(decodeJwt(access.token)['sid']);
    const principal = { ...memberOf([], { userId }), sessionId } as ReturnType<typeof memberOf>;
    await identity.services.sessions.logout(contextFor(ACME, principal));
    await expect(refresh(granted.token)).rejects.toThrow('not valid');
  });

  it('ends one of several sessions, or all but this one, and nobody else’s', async () => {
    const [here, lost, other] = [await login(), await login(), await login()];
    const idOf = ({ access }: typeof here): string => String(decodeJwt(access.token)['sid']);
    const her = contextFor(ACME, { ...memberOf([], { userId: here.userId }), sessionId: idOf(here) } as ReturnType<typeof memberOf>);
    await identity.services.sessions.revoke(her, idOf(lost));
    await expect(identity.services.sessions.revoke(her, idOf(lost))).rejects.toThrow('not found');
    await expect(identity.services.sessions.revoke(contextFor(ACME, memberOf()), idOf(other))).rejects.toThrow('not found');
    await expect(refresh(lost.refresh.token)).rejects.toThrow('not valid');
    await identity.services.sessions.revokeOthers(her);
    await expect(refresh(other.refresh.token)).rejects.toThrow('not valid');
    await expect(refresh(here.refresh.token)).resolves.toBeDefined();
    expect((await identity.services.sessions.mine(her)).map(({ id }) => id)).toEqual([idOf(here)]);
  });

  it('takes a password that was brought along as a hash of bcrypt, and keeps it by argon2id from then on', async () => {
    const email = 'brought@acme.example';
    await identity.services.registration.register(contextFor(ACME), { email, password: PASSWORD, displayName: 'Brought' });
    const { userId } = await login(email);
    const db = runtime.pools.platform;
    const hashNow = async (): Promise<string> =>
      (await db.query<{ hash: string }>('SELECT hash FROM identity.password_credential WHERE user_id = $1', [userId])).rows[0]?.hash ?? '';
    for (const version of ['2a', '2b', '2y'] as const) {
      // The three name one algorithm: the letter tells which fault of an old implementation was mended.
      const brought = (await hash(PASSWORD, 10)).replace(/^\$2b\$/, `$${version}$`);
      expect(brought.slice(0, 4)).toBe(`$${version}$`);
      await db.query('UPDATE identity.password_credential SET hash = $2 WHERE user_id = $1', [userId, brought]);
      await expect(login(email, 'Spine-wrong-1!')).rejects.toThrow('wrong');
      expect(await hashNow()).toBe(brought);
      await expect(login(email)).resolves.toMatchObject({ userId });
      expect(await hashNow()).toMatch(/^\$argon2id\$/);
      await expect(login(email)).resolves.toMatchObject({ userId });
    }
  });

  it('keeps neither passwords nor refresh tokens in a form that can be used', async () => {
    const { refresh: granted } = await login();
    const { rows } = await runtime.pools.platform.query<{ hash: string }>(
      'SELECT hash FROM identity.password_credential UNION ALL SELECT hash FROM identity.refresh_token',
    );
    expect(rows.map((row) => row.hash).join(' ')).not.toContain(granted.token);
    expect(rows.some((row) => row.hash.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'))).toBe(true);
  });
});
