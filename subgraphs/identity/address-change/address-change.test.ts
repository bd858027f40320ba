import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import { SCIM_PATH } from '../../_kernel/wire/scim-token.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { howAddressChanges } from './address-change.js';

const PASSWORD = 'Spine-demo-1!';

describe('what becomes of an account whose directory gives it another address', () => {
  it('is up to who reads its mail, and who else has it', () => {
    const how = (ownsPresent: boolean, ownsNext: boolean, hasPlaceElsewhere: boolean) =>
      howAddressChanges({ ownsPresent, ownsNext, hasPlaceElsewhere });
    expect([how(true, true, false), how(true, true, true), how(false, true, false)]).toEqual(Array(3).fill('AT_ONCE'));
    expect([how(false, false, false), how(true, false, false), how(true, false, true)]).toEqual(Array(3).fill('ONCE_VERIFIED'));
    expect([how(false, true, true), how(false, false, true)]).toEqual(Array(2).fill('NEVER'));
  });
});

describe('a directory that gives somebody another address', () => {
  let t: TestIdentity;
  let token: string;
  let count = 0;

  const at = (tenant: TenantIdentity = ACME) => contextFor(tenant, undefined, t.clock);
  const services = () => t.subgraph.services;
  const ask = async (method: 'POST' | 'PATCH' | 'PUT' | 'GET', path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> => {
    const envelope = { tenant: ACME, principal: ANONYMOUS, origin: { requestId: uuidv7(), ip: null, userAgent: null } };
    const headers = { authorization: `Bearer ${token}` };
    const answer = await t.host.forward({ method, path: SCIM_PATH + path, search: '', headers, body: Buffer.from(JSON.stringify(body ?? {})) }, envelope);
    if (!answer) throw new Error('Nobody serves SCIM');
    return { status: answer.status, json: JSON.parse(answer.body) as Record<string, unknown> };
  };
  /** Somebody of a domain whom a directory knows, with a password, active. */
  const somebody = async (domain: string) => {
    count += 1;
    const [name, email] = [`jane-${count}`, `jane-${count}@${domain}`];
    await services().registration.register(at(), { email, password: PASSWORD, displayName: 'Jane' });
    const [mail] = await t.mails(email);
    await services().emailVerification.verify(at(), { token: mail?.token ?? '' });
    const { status, json } = await ask('POST', '/Users', { userName: name, emails: [{ value: email, primary: true }] });
    expect(status).toBe(201);
    return { id: String(json['id']), name, email };
  };
  const give = (id: string, address: string) =>
    ask('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', path: 'emails', value: [{ value: address, primary: true }] }] });
  const signsIn = async (email: string): Promise<boolean> =>
    services().sessions.login(at(), { email, password: PASSWORD }).then(() => true, () => false);
  const linkSentTo = async (email: string): Promise<string | undefined> =>
    (await t.mails(email)).find(({ template }) => template === 'EMAIL_VERIFICATION')?.token;
  const noticesTo = async (email: string) => (await t.mails(email)).filter(({ template }) => template === 'NOTICE').length;

  beforeAll(async () => {
    t = await startTestIdentity();
    const admin = contextFor(ACME, memberOf(TENANT_PERMISSIONS, { roles: ['ADMIN'] }), t.clock);
    token = (await services().scimTokens.create(admin, { name: 'Acme' })).token;
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    await db.verifiedEmailDomain.create({ data: { domain: 'acme.example', verifiedAt: t.clock.now() } });
  });
  afterAll(() => t.stop());

  it('of a domain that is its company’s gives her that address at once, and the one before is told', async () => {
    const { id, name, email } = await somebody('acme.example');
    expect(await give(id, `${name}@ACME.example`)).toMatchObject({ status: 200 });
    const next = `${name}.smith@acme.example`;
    expect(await give(id, next)).toMatchObject({ status: 200, json: { emails: [{ value: next }] } });
    expect([await signsIn(email), await signsIn(next)]).toEqual([false, true]);
    expect([await noticesTo(email), await linkSentTo(next)]).toEqual([1, undefined]);
    expect(await t.eventTypes()).toContain('identity.email_changed');
    const kept = await t.runtime.database.platform.db.user.findFirst({ where: { email: next } });
    expect(kept?.formerEmails).toEqual([email]);
  });

  it('makes her active who was pending, and keeps no password that somebody else chose for her', async () => {
    const early = { email: 'early@elsewhere.example', password: PASSWORD, displayName: 'Not her' };
    const { json } = await ask('POST', '/Users', { userName: 'early', emails: [{ value: early.email }] });
    await services().registration.register(at(GLOBEX), early);
    await give(String(json['id']), 'early@acme.example');
    const { rows } = await t.runtime.pools.platform.query<{ status: string; has: boolean }>(
      `SELECT u.status, EXISTS (SELECT 1 FROM identity.password_credential p WHERE p.user_id = u.id) AS has
       FROM identity."user" u WHERE email = 'early@acme.example'`,
    );
    expect(rows).toEqual([{ status: 'ACTIVE', has: false }]);
  });

  it('of any other domain gives her the address once she follows the link that goes there', async () => {
    const { id, name, email } = await somebody('acme.example');
    const next = `${name}@elsewhere.example`;
    expect(await give(id, next)).toMatchObject({ status: 200 });
    expect([await signsIn(email), await signsIn(next), await noticesTo(email)]).toEqual([true, false, 1]);
    const link = (await linkSentTo(next)) ?? '';
    await expect(services().emailVerification.verify(at(GLOBEX), { token: link })).rejects.toThrow('not valid');
    await services().emailVerification.verify(at(), { token: link });
    expect([await signsIn(email), await signsIn(next)]).toEqual([false, true]);
    await expect(services().emailVerification.verify(at(), { token: link })).rejects.toThrow('not valid');
  });

  it('and takes it back again makes the link worthless', async () => {
    const { id, name, email } = await somebody('acme.example');
    await give(id, `${name}@elsewhere.example`);
    const link = (await linkSentTo(`${name}@elsewhere.example`)) ?? '';
    await give(id, email);
    await expect(services().emailVerification.verify(at(), { token: link })).rejects.toThrow('not valid');
    expect(await signsIn(email)).toBe(true);
  });

  it('moves no account that another company has, too, and answers as if it did', async () => {
    const { id, name, email } = await somebody('private.example');
    await services().registration.register(at(GLOBEX), { email, password: PASSWORD, displayName: 'Jane' });
    for (const next of [`${name}@acme.example`, `${name}@elsewhere.example`]) {
      expect(await give(id, next)).toMatchObject({ status: 200, json: { emails: [{ value: next }] } });
      expect([await signsIn(email), await linkSentTo(next)]).toEqual([true, undefined]);
    }
    expect(await noticesTo(email)).toBe(2);
  });

  it('moves no account that joined another company before the link was followed', async () => {
    const { id, name, email } = await somebody('private.example');
    const next = `${name}@elsewhere.example`;
    await give(id, next);
    await services().registration.register(at(GLOBEX), { email, password: PASSWORD, displayName: 'Jane' });
    await expect(services().emailVerification.verify(at(), { token: (await linkSentTo(next)) ?? '' })).rejects.toThrow('not valid');
    expect(await signsIn(email)).toBe(true);
  });

  it('gives nobody the address of somebody else', async () => {
    const [her, him] = [await somebody('acme.example'), await somebody('acme.example')];
    expect(await give(her.id, him.email)).toMatchObject({ status: 409, json: { scimType: 'uniqueness' } });
    expect((await ask('GET', `/Users/${her.id}`)).json['emails']).toMatchObject([{ value: her.email }]);

    const stranger = 'stranger@elsewhere.example';
    await services().registration.register(at(GLOBEX), { email: stranger, password: PASSWORD, displayName: 'Stranger' });
    expect(await give(her.id, stranger)).toMatchObject({ status: 200 });
    await expect(services().emailVerification.verify(at(), { token: (await linkSentTo(stranger)) ?? '' })).rejects.toThrow('not valid');
    expect(await signsIn(her.email)).toBe(true);
  });

  it('says nothing new when it says the same again, or something else of her', async () => {
    const { id, name, email } = await somebody('acme.example');
    const next = `${name}@elsewhere.example`;
    await give(id, next);
    await give(id, next);
    await ask('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', path: 'title', value: 'Captain' }] });
    expect(await noticesTo(email)).toBe(1);
  });
});
