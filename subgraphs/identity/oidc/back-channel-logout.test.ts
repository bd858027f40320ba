import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { PLATFORM_PERMISSIONS, TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, type MemberPrincipal } from '../../_kernel/wire/principal.js';
import { SCIM_PATH } from '../../_kernel/wire/scim-token.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { OpsEvents } from '../../ops/events.js';
import { OidcClientId } from '../ids.js';
import { USER_SCHEMA } from '../scim/protocol/attributes.js';
import type { SignedIn } from '../session/sign-in.js';
import { rememberVerifiedDomain } from '../identity-provider/identity-provider.store.js';
import { insertGrant } from './grant.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const PASSWORD = 'Spine-demo-1!';

interface Told {
  readonly path: string;
  readonly token: string;
}

describe('the clients that took part in a session', () => {
  let t: TestIdentity;
  let listener: Server;
  const told: Told[] = [];
  /** Answers still to be given that are none a client should give. */
  const failures: number[] = [];
  const clients = new Map<string, string>();

  const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }) as MemberPrincipal;
  const at = (who: MemberPrincipal = owner, tenant: TenantIdentity = ACME): RequestContext => contextFor(tenant, who, t.clock);
  const nobody = (tenant: TenantIdentity = ACME): RequestContext => contextFor(tenant, undefined, t.clock);
  const services = () => t.subgraph.services;

  const register = async (tenant: TenantIdentity, name: string, listens = true): Promise<string> => {
    const { port } = listener.address() as AddressInfo;
    const { client } = await services().oidcClients.create(at(owner, tenant), {
      name,
      kind: 'WEB',
      redirectUris: ['https://rp.example/callback'],
      ...(listens ? { backChannelLogoutUri: `http://127.0.0.1:${port}/${tenant.slug}/${name}` } : {}),
    });
    return client.id;
  };

  beforeAll(async () => {
    t = await startTestIdentity({ environment: 'test' });
    listener = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const failure = failures.shift();
        if (failure === undefined) {
          const token = new URLSearchParams(Buffer.concat(parts).toString()).get('logout_token') ?? '';
          told.push({ path: request.url ?? '', token });
        }
        response.writeHead(failure ?? 204).end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    for (const tenant of [ACME, GLOBEX]) {
      for (const name of ['one', 'two']) clients.set(`${tenant.slug}/${name}`, await register(tenant, name));
    }
    clients.set('acme/deaf', await register(ACME, 'deaf', false));
  });
  afterAll(async () => {
    listener.closeAllConnections();
    listener.close();
    await t.stop();
  });

  let count = 0;
  const newPerson = async () => {
    const email = `person-${(count += 1)}@acme.example`;
    const enrol = (tenant: TenantIdentity) =>
      services().enrolment.enrol(at(owner, { ...tenant, plan: 'ENTERPRISE' }), {
        email,
        displayName: 'Member',
        password: PASSWORD,
        roles: ['STAFF'],
      });
    return { email, place: await enrol(ACME), enrolAt: enrol };
  };
  const signIn = (email: string, tenant: TenantIdentity = ACME): Promise<SignedIn> =>
    services().sessions.login(nobody(tenant), { email, password: PASSWORD });

  /** As a client that she signs in to by this session. @returns what the client knows it by */
  const takePart = async (
    { sessionId, userId }: SignedIn,
    name: string,
    tenant: TenantIdentity = ACME,
    domain: string | null = null,
  ): Promise<string> => {
    const sid = randomUUID();
    await insertGrant(t.runtime.database.tenants.of({ tenant }), {
      hash: hashOfSecret(randomUUID()),
      sessionId,
      userId,
      clientId: clients.get(`${tenant.slug}/${name}`) ?? '',
      sid,
      tenant,
      domain,
      createdAt: t.clock.now(),
    });
    return sid;
  };
  const her = ({ userId, sessionId }: SignedIn): RequestContext =>
    at({ ...(memberOf([], { userId, roles: ['STAFF'] }) as MemberPrincipal), sessionId });
  const toldOf = (sid: string): readonly Told[] => told.filter(({ token }) => decodeJwt(token)['sid'] === sid);
  const jobsOf = async (sid: string) => {
    const jobs = await t.runtime.database.platform.db.job.findMany({ where: { kind: 'identity.tell_client_of_logout' } });
    return jobs.filter(({ payload }) => (payload as { sid?: string }).sid === sid);
  };
  const isTold = (sid: string): Promise<Told> => eventually(async () => toldOf(sid)[0]);

  const byScim = async (email: string): Promise<void> => {
    const { token } = await services().scimTokens.create(at(), { name: `Directory ${(count += 1)}` });
    const ask = async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${token}` };
      const request = { method, path: SCIM_PATH + path, search: '', headers, body: Buffer.from(body ? JSON.stringify(body) : '') };
      const origin = { requestId: uuidv7(), ip: null, userAgent: null };
      const answer = await t.host.forward(request, { tenant: ACME, principal: ANONYMOUS, origin });
      expect(answer?.status).toBe(method === 'POST' ? 201 : 204);
      return answer?.body ? (JSON.parse(answer.body) as Record<string, unknown>) : {};
    };
    const { id } = await ask('POST', '/Users', { schemas: [USER_SCHEMA], userName: email });
    await ask('DELETE', `/Users/${String(id)}`);
  };

  const byReset = async (email: string): Promise<void> => {
    await services().proofs.request(nobody(), 'PASSWORD_RESET', email);
    const [mail] = await t.mails(email);
    await services().passwords.reset(nobody(), { token: mail?.token ?? '', newPassword: 'Spine-other-2!' });
  };

  const byOperations = async (): Promise<void> => {
    const context = contextFor(ACME, { kind: 'system', name: 'test' }, t.clock);
    const outbox = t.runtime.outbox.for<OpsEvents>();
    await t.runtime.database.tenants.transaction(context, (db) =>
      outbox.emit(db, context, 'ops.forced_logout_requested', { incidentId: uuidv7() }),
    );
  };

  const staff = (): RequestContext =>
    contextFor(
      PLATFORM_TENANT,
      {
        kind: 'platform',
        adminId: uuidv7(),
        sessionId: uuidv7(),
        roles: ['ADMIN'],
        permissions: PLATFORM_PERMISSIONS,
        assurance: { level: 'aal2', at: Math.floor(t.clock.now().getTime() / 1_000) },
      },
      t.clock,
    );

  it('are told by the issuer that they know, which may be at a domain of the company, for as long as it is that', async () => {
    const { email } = await newPerson();
    const session = await signIn(email);
    const db = t.runtime.database.tenants.of(at());
    await rememberVerifiedDomain(db, 'login.acme.example', t.clock.now());
    const here = await takePart(session, 'one', ACME, 'login.acme.example');
    const lost = await takePart(session, 'two', ACME, 'lost.acme.example');
    await services().sessions.logout(her(session));
    expect(decodeJwt((await isTold(here)).token)).toMatchObject({ iss: 'http://login.acme.example' });
    await eventually(async () => (await jobsOf(lost))[0]?.status === 'DEAD');
    expect(toldOf(lost)).toEqual([]);
  });

  type Person = Awaited<ReturnType<typeof newPerson>>;
  test.each<[string, (session: SignedIn, person: Person) => Promise<unknown>]>([
    ['she signs out', (session) => services().sessions.logout(her(session))],
    ['she ends it from a list', (session) => services().sessions.revoke(her(session), session.sessionId)],
    [
      'she ends all others',
      async (_session, { email }) => services().sessions.revokeOthers(her(await signIn(email))),
    ],
    [
      'its refresh token comes a second time',
      async ({ refresh }) => {
        await services().sessions.refresh(nobody(), refresh.token);
        await expect(services().sessions.refresh(nobody(), refresh.token)).rejects.toThrow('not valid');
      },
    ],
    ['her company bans her', (_session, { place }) => services().memberStandings.rule(at(), place.id, { status: 'BANNED', reason: 'Spam' })],
    ['her company suspends her', (_session, { place }) => services().memberStandings.rule(at(), place.id, { status: 'SUSPENDED', reason: 'Late' })],
    ['she is a member no more', (_session, { place }) => services().memberStandings.remove(at(), place.id)],
    ['the platform bans her', ({ userId }) => services().userStandings.rule(staff(), userId, { status: 'BANNED', reason: 'Spam' })],
    ['the directory of the company takes her away', (_session, { email }) => byScim(email)],
    ['she has a new password', (_session, { email }) => byReset(email)],
    ['operations signs everybody out', () => byOperations()],
  ])('are told that it is over when %s, and those that did not are not', async (_how, end) => {
    const person = await newPerson();
    const session = await signIn(person.email);
    const sid = await takePart(session, 'one');
    const deaf = await takePart(session, 'deaf');
    await end(session, person);
    const { path, token } = await isTold(sid);
    expect(path).toBe('/acme/one');
    const keys = (await services().signingKeys.publicKeys()) as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: 'http://acme.spine.example',
      audience: OidcClientId.encode(clients.get('acme/one') ?? ''),
      currentDate: t.clock.now(),
    });
    expect(payload).toMatchObject({
      sub: session.userId,
      sid,
      jti: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(payload['nonce']).toBeUndefined();
    expect(await jobsOf(deaf)).toEqual([]);
  }, 60_000);

  it('are told each of its own, in every company that a person is kept out of', async () => {
    const person = await newPerson();
    await person.enrolAt(GLOBEX);
    const here = await signIn(person.email);
    const there = await signIn(person.email, GLOBEX);
    const sids = [await takePart(here, 'one'), await takePart(here, 'two'), await takePart(there, 'one', GLOBEX)];
    await services().userStandings.hold(staff(), here.userId, 'Who is she?');
    const notices = await Promise.all(sids.map(isTold));
    expect(notices.map(({ path }) => path)).toEqual(['/acme/one', '/acme/two', '/globex/one']);
    expect(notices.map(({ token }) => decodeJwt(token).iss)).toEqual([
      'http://acme.spine.example',
      'http://acme.spine.example',
      'http://globex.spine.example',
    ]);
  });

  it('are told once, and the session that goes on is not spoken of', async () => {
    const { email } = await newPerson();
    const [lost, kept] = [await signIn(email), await signIn(email)];
    const sid = await takePart(lost, 'one');
    const other = await takePart(kept, 'one');
    await services().sessions.revoke(her(kept), lost.sessionId);
    await isTold(sid);
    await expect(services().sessions.revoke(her(kept), lost.sessionId)).rejects.toThrow('not found');
    await eventually(async () => (await jobsOf(sid))[0]?.status === 'DONE');
    expect(toldOf(sid)).toHaveLength(1);
    expect(await jobsOf(other)).toEqual([]);
  });

  it('are told again when they did not take it, also long after', async () => {
    const { email } = await newPerson();
    const session = await signIn(email);
    const sid = await takePart(session, 'two');
    failures.push(503);
    await services().sessions.logout(her(session));
    const failed = await eventually(async () => (await jobsOf(sid)).find(({ failure, leaseId }) => failure !== null && leaseId === null));
    expect(failed).toMatchObject({ status: 'PENDING', attempts: 1, failure: 'The client answered 503' });
    expect(failed.dueAt?.getTime()).toBeGreaterThan(failed.createdAt.getTime());
    t.clock.advance(60_000);
    expect(await isTold(sid)).toMatchObject({ path: '/acme/two' });
  });
});
