import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SoftwareAuthenticator, type Ceremony } from '../../../tests/support/authenticator.js';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { forgetVerifiedDomain, rememberVerifiedDomain } from '../identity-provider/identity-provider.store.js';
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

describe("a passkey at a company's own domain", () => {
  const OWN = 'login.acme.example';
  const THERE = { origin: `http://${OWN}`, rpId: OWN };
  const asked = (context: RequestContext, domain = OWN): RequestContext => ({ ...context, origin: { ...context.origin, domain } });
  const own = (tenant: TenantIdentity = ACME) => t.runtime.database.tenants.of({ tenant });

  beforeAll(() => rememberVerifiedDomain(own(), OWN, new Date()));

  const addedThere = async ({ context }: Person, key = new SoftwareAuthenticator()): Promise<SoftwareAuthenticator> => {
    const { challenge, rp } = await passkeys().beginAdding(asked(context()));
    expect(rp.id).toBe(OWN);
    await passkeys().add(asked(context()), { name: 'There', ...key.create({ challenge, ...THERE }) });
    return key;
  };
  const signInThere = async (key: SoftwareAuthenticator, of: Partial<Ceremony> = {}) => {
    const { challenge, rpId } = await passkeys().beginSignIn(asked(visitor()));
    expect(rpId).toBe(OWN);
    return passkeys().signIn(asked(visitor()), key.get({ challenge, ...THERE, ...of }));
  };

  test('signs in there, and nowhere else, as one of the subdomain does not sign in there', async () => {
    const somebody = await person();
    const [there, here] = [await addedThere(somebody), await added(somebody)];
    await expect(signInThere(there)).resolves.toMatchObject({ userId: somebody.userId });
    await expect(signInWith(here)).resolves.toMatchObject({ userId: somebody.userId });
    for (const change of [{}, RP, { rpId: RP.rpId }, { origin: RP.origin }]) {
      await expect(signInThere(here, change)).rejects.toMatchObject(REFUSED);
    }
    for (const change of [{}, THERE, { rpId: THERE.rpId }, { origin: THERE.origin }]) {
      await expect(signInWith(there, change)).rejects.toMatchObject(REFUSED);
    }
    expect(await passkeys().mine(somebody.context())).toMatchObject([{ domain: OWN }, { domain: null }]);
  });

  test('is named to the browser, as one not to be made anew, there alone', async () => {
    const somebody = await person();
    const [there, here] = [await addedThere(somebody), await added(somebody)];
    const excludedAt = async (context: RequestContext) =>
      ((await passkeys().beginAdding(context)).excludeCredentials ?? []).map(({ id }) => id);
    expect(await excludedAt(asked(somebody.context()))).toEqual([there.credentialId.toString('base64url')]);
    expect(await excludedAt(somebody.context())).toEqual([here.credentialId.toString('base64url')]);
  });

  test.each([
    ['that the company has not shown to be its own', 'unproved.acme.example'],
    ["that is another company's", 'login.globex.example'],
  ])('%s is neither made nor asked for', async (_whose, domain) => {
    await rememberVerifiedDomain(own(GLOBEX), 'login.globex.example', new Date());
    const somebody = await person();
    await expect(passkeys().beginAdding(asked(somebody.context(), domain))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(passkeys().beginSignIn(asked(visitor(), domain))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Made at the foreign page, but brought to an address of the company.
    const { challenge } = await passkeys().beginAdding(somebody.context());
    const made = new SoftwareAuthenticator().create({ challenge, origin: `http://${domain}`, rpId: domain });
    await expect(passkeys().add(somebody.context(), { name: 'Foreign', ...made })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const key = await addedThere(somebody);
    await expect(signInThere(key, { origin: `http://${domain}`, rpId: domain })).rejects.toMatchObject(REFUSED);
  });

  test('lets nobody in any more once the company has lost the domain', async () => {
    const key = await addedThere(await person());
    await forgetVerifiedDomain(own(), OWN);
    await expect(passkeys().beginSignIn(asked(visitor()))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { challenge } = await passkeys().beginSignIn(visitor());
    await expect(passkeys().signIn(asked(visitor()), key.get({ challenge, ...THERE }))).rejects.toMatchObject(REFUSED);
    await rememberVerifiedDomain(own(), OWN, new Date());
    await expect(signInThere(key)).resolves.toBeDefined();
  });
});
