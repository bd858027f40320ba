import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SoftwareAuthenticator, type Ceremony } from '../../../tests/support/authenticator.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

const RP = { origin: 'http://acme.spine.example', rpId: 'acme.spine.example' };
const REFUSED = { code: 'UNAUTHENTICATED', message: 'This passkey cannot be used here' };

let t: TestIdentity;
let people = 0;
let ips = 0;

beforeAll(async () => {
  t = await startTestIdentity();
});
afterAll(() => t.stop());

const passkeys = () => t.subgraph.services.passkeys;

const visitor = (tenant: TenantIdentity = ACME): RequestContext => {
  ips += 1;
  const context = contextFor(tenant, { kind: 'anonymous' }, t.clock);
  return { ...context, origin: { ...context.origin, ip: `198.51.100.${ips % 250}` } };
};

interface Person {
  readonly userId: string;
  readonly context: () => RequestContext;
}

/** Somebody of Acme who has just proved who she is. */
async function person(): Promise<Person> {
  people += 1;
  const email = `passkey-${people}@acme.example`;
  await t.subgraph.services.registration.register(visitor(), { email, password: 'Spine-demo-1!', displayName: 'P' });
  const { userId } = await t.subgraph.services.sessions.login(visitor(), { email, password: 'Spine-demo-1!' });
  const context = (): RequestContext => {
    const assurance = { level: 'aal1', at: Math.floor(t.clock.now().getTime() / 1_000) } as const;
    const member = memberOf([], { userId });
    return contextFor(ACME, member.kind === 'member' ? { ...member, assurance } : member, t.clock);
  };
  return { userId, context };
}

async function added({ context }: Person, key = new SoftwareAuthenticator()): Promise<SoftwareAuthenticator> {
  const { challenge } = await passkeys().beginAdding(context());
  await passkeys().add(context(), { name: 'Phone', ...key.create({ challenge, ...RP }) });
  return key;
}

const signInWith = async (key: SoftwareAuthenticator, of: Partial<Ceremony> = {}, tenant = ACME) => {
  const { challenge } = await passkeys().beginSignIn(visitor(tenant));
  return passkeys().signIn(visitor(tenant), key.get({ challenge, ...RP, ...of }));
};

describe('a passkey', () => {
  test('signs in whoever added it, as two factors in one, again and again', async () => {
    const somebody = await person();
    const key = await added(somebody);
    for (let n = 0; n < 2; n += 1) {
      const { userId, access } = await signInWith(key);
      expect(userId).toBe(somebody.userId);
      const claims = JSON.parse(Buffer.from(access.token.split('.')[1] ?? '', 'base64url').toString()) as object;
      expect(claims).toMatchObject({ amr: ['hwk'], acr: 'aal2' });
    }
    expect(await passkeys().mine(somebody.context())).toMatchObject([{ name: 'Phone', signCount: 3n, lastUsedAt: expect.any(Date) }]);
    expect(await t.eventTypes()).toEqual(expect.arrayContaining(['identity.passkey_changed', 'identity.login_succeeded']));
  });

  test.each<[string, Partial<Ceremony>]>([
    ['for another host', { rpId: 'globex.spine.example' }],
    ['on another page', { origin: 'http://acme.spine.example.evil.example' }],
    ['without finger, face or PIN', { verified: false }],
    ['for a challenge that nobody asked for', { challenge: 'bm90IG91cnM' }],
  ])('that signed %s lets nobody in', async (_how, of) => {
    const key = await added(await person());
    await expect(signInWith(key, of)).rejects.toMatchObject(REFUSED);
  });

  test('answers a challenge once, in time, and not with what was meant for adding', async () => {
    const somebody = await person();
    const key = await added(somebody);
    const { challenge } = await passkeys().beginSignIn(visitor());
    const answer = key.get({ challenge, ...RP });
    await passkeys().signIn(visitor(), answer);
    await expect(passkeys().signIn(visitor(), answer)).rejects.toMatchObject(REFUSED);

    const late = await passkeys().beginSignIn(visitor());
    t.clock.advance(6 * 60_000);
    await expect(passkeys().signIn(visitor(), key.get({ challenge: late.challenge, ...RP }))).rejects.toMatchObject(REFUSED);

    const adding = await passkeys().beginAdding(somebody.context());
    await expect(passkeys().signIn(visitor(), key.get({ challenge: adding.challenge, ...RP }))).rejects.toMatchObject(REFUSED);
  });

  test('that was copied is found out by its counter', async () => {
    const key = await added(await person());
    await signInWith(key);
    await signInWith(key);
    key.counter = 1;
    await expect(signInWith(key)).rejects.toMatchObject(REFUSED);
  });

  test('is unknown at another company, and to whoever holds another', async () => {
    const key = await added(await person());
    await expect(signInWith(key, { origin: 'http://globex.spine.example', rpId: 'globex.spine.example' }, GLOBEX)).rejects.toMatchObject(REFUSED);
    const forger = new SoftwareAuthenticator();
    forger.credentialId.set(key.credentialId);
    forger.counter = 100;
    await expect(signInWith(forger)).rejects.toMatchObject(REFUSED);
    await expect(signInWith(new SoftwareAuthenticator())).rejects.toMatchObject(REFUSED);
  });

  test('of somebody who is banned lets nobody in', async () => {
    const somebody = await person();
    const key = await added(somebody);
    await t.runtime.pools.platform.query(`UPDATE identity.membership SET status = 'BANNED' WHERE user_id = $1`, [somebody.userId]);
    await expect(signInWith(key)).rejects.toMatchObject(REFUSED);
  });

  test('is added by who has just proved who she is, for a challenge of her own, and once', async () => {
    const [somebody, other] = [await person(), await person()];
    const { challenge } = await passkeys().beginAdding(somebody.context());
    const key = new SoftwareAuthenticator();
    const made = { name: 'Phone', ...key.create({ challenge, ...RP }) };
    await expect(passkeys().add(other.context(), made)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await passkeys().add(somebody.context(), made);
    await expect(passkeys().add(somebody.context(), made)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const again = await passkeys().beginAdding(other.context());
    await expect(passkeys().add(other.context(), { name: 'Hers', ...key.create({ challenge: again.challenge, ...RP }) })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const stale = somebody.context();
    t.clock.advance(24 * 3_600_000);
    await expect(passkeys().beginAdding(stale)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });

  test('is removed by its owner alone, and then lets nobody in', async () => {
    const [somebody, other] = [await person(), await person()];
    const key = await added(somebody);
    const [row] = await passkeys().mine(somebody.context());
    await expect(passkeys().remove(other.context(), row?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(passkeys().remove(somebody.context(), uuidv7())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await passkeys().remove(somebody.context(), row?.id ?? '');
    await expect(signInWith(key)).rejects.toMatchObject(REFUSED);
  });

  test('that is nonsense is refused by the name of the field', async () => {
    const nonsense = { credentialId: '<>', clientDataJson: 'e30', authenticatorData: 'AA', signature: 'AA' };
    await expect(passkeys().signIn(visitor(), nonsense)).rejects.toMatchObject({ issues: [{ field: 'credentialId' }] });
    await expect(passkeys().signIn(visitor(), { ...nonsense, credentialId: 'AAAA' })).rejects.toMatchObject(REFUSED);
  });

  test('is asked for alike, whoever asks', async () => {
    const [first, second] = [await passkeys().beginSignIn(visitor()), await passkeys().beginSignIn(visitor())];
    expect(first.challenge).not.toBe(second.challenge);
    expect({ ...first, challenge: '' }).toEqual({ ...second, challenge: '' });
    expect(first).toMatchObject({ rpId: 'acme.spine.example', userVerification: 'required' });
  });
});
