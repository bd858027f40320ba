import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemOf } from '../../../tests/support/booking.js';
import { contextFor, memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { createOutboundFetch } from '../../_kernel/outbound/outbound-fetch.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import { integrationAddressPurpose } from '../../_kernel/wire/integration-address.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IntegrationChanged } from '../events.js';
import { createIntegrationCheck } from './integration-check.js';

const SECRET_KEY = 'sk_test_abcdefghijklmnop1234';
const STRIPE = { stripePayment: { secretKey: SECRET_KEY, webhookSecret: 'whsec_abcdefghijklmnop5678' } };
const HOOK = { customWebhook: { url: 'https://hooks.example/spine' } };
const DAY_MS = 86_400_000;

/** Speaks of Stripe's protocol what is asked of it, and counts. */
const asked: string[] = [];
let answer = 200;
const outside = createServer(({ url = '', headers: { authorization = '' } }, response) => {
  asked.push(`${url} ${authorization}`);
  response.writeHead(answer, { 'content-type': 'application/json' }).end(answer === 200 ? '{"id":"acct_1"}' : '{}');
});
const outsideUrl = (): string => `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;

let t: TestTenancy;
let acme: TenantIdentity;
let globex: TenantIdentity;

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  t = await startTestTenancy({ stripe: { apiBase: outsideUrl() } });
  [acme, globex] = [await t.company('acme-works'), await t.company('globex-works')];
});
afterAll(async () => {
  await t.stop();
  await new Promise((resolve) => outside.close(resolve));
});

const service = () => t.subgraph.services.integrations;
const credentialsOf = (tenant: TenantIdentity, type: 'STRIPE_PAYMENT' | 'CUSTOM_WEBHOOK' = 'STRIPE_PAYMENT') =>
  service().credentialsOf(systemOf(tenant, t.clock), type);
const stored = async (): Promise<string> => {
  const { rows } = await t.runtime.pools.platform.query<{ text: string }>(
    `SELECT i::text || k::text AS text FROM tenancy.integration i JOIN tenancy.data_key k USING (tenant_id)
     UNION ALL SELECT e::text FROM kernel.outbox_event e`,
  );
  return rows.map(({ text }) => text).join('\n');
};
const keysOf = async (tenant: TenantIdentity): Promise<readonly string[]> => {
  const rows = await t.runtime.database.tenants.of({ tenant }).dataKey.findMany();
  return rows.map(({ id }) => id);
};

describe('credentials of an integration', () => {
  it('are readable for the platform itself and nowhere else: not in the database, not in events, not in an answer', async () => {
    const { integration } = await service().enable(t.ownerContext(acme), STRIPE);
    expect(integration).toMatchObject({ type: 'STRIPE_PAYMENT', isActive: true });
    expect(integration.maskedCredentials).toEqual([
      { name: 'secretKey', masked: '••••1234' },
      { name: 'webhookSecret', masked: '••••5678' },
    ]);
    expect(await credentialsOf(acme)).toEqual(STRIPE.stripePayment);
    expect(await stored()).not.toContain(SECRET_KEY);
    await expect(service().credentialsOf(t.ownerContext(acme), 'STRIPE_PAYMENT')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const answer = await t.graphql('{ integrations { type isActive credentials { name masked } } }', {
      tenant: acme,
      as: t.ownerContext(acme).principal,
    });
    expect(JSON.stringify(answer)).toContain('••••1234');
    expect(JSON.stringify(answer)).not.toContain(SECRET_KEY);
  });

  it('of one company are not there for another', async () => {
    expect(await credentialsOf(globex)).toBeNull();
    expect(await service().list(t.ownerContext(globex))).toEqual([]);
    await expect(service().disable(t.ownerContext(globex), 'STRIPE_PAYMENT')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that are moved to another company’s row open nothing there', async () => {
    await service().enable(t.ownerContext(globex), STRIPE);
    await t.runtime.pools.platform.query(
      `UPDATE tenancy.integration AS target SET sealed_credentials = source.sealed_credentials
       FROM tenancy.integration AS source WHERE target.tenant_id = $1 AND source.tenant_id = $2`,
      [globex.id, acme.id],
    );
    await expect(credentialsOf(globex)).rejects.toThrow();
    await service().enable(t.ownerContext(globex), STRIPE);
  });

  it('are none any more once it is disabled, and it can be enabled again', async () => {
    await service().disable(t.ownerContext(acme), 'STRIPE_PAYMENT');
    expect(await credentialsOf(acme)).toBeNull();
    await expect(service().disable(t.ownerContext(acme), 'STRIPE_PAYMENT')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await service().enable(t.ownerContext(acme), STRIPE);
    expect(await credentialsOf(acme)).toEqual(STRIPE.stripePayment);
  });

  it('that are ours to make are told once', async () => {
    const { signingSecret, integration } = await service().enable(t.ownerContext(acme), HOOK);
    expect(signingSecret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify(integration)).not.toContain(signingSecret);
    expect(await credentialsOf(acme, 'CUSTOM_WEBHOOK')).toEqual({ url: HOOK.customWebhook.url, signingSecret });
  });

  it('go to where events are told with the address alone, sealed for this company', async () => {
    const webhookUrl = 'https://hooks.slack.com/services/T0/B0/abc';
    await service().enable(t.ownerContext(acme), { slackNotification: { webhookUrl } });
    const told = await t.runtime.database.tenants.of({ tenant: acme }).outboxEvent.findMany({
      where: { type: 'tenancy.integration_changed' },
      orderBy: { id: 'asc' },
      select: { payload: true },
    });
    const addresses = told.flatMap(({ payload }) => {
      const { type, sealedAddress } = payload as unknown as IntegrationChanged;
      if (sealedAddress === undefined) return [];
      expect(() => t.runtime.secretBox.open(sealedAddress, integrationAddressPurpose(globex.id))).toThrow();
      return [[type, JSON.parse(t.runtime.secretBox.open(sealedAddress, integrationAddressPurpose(acme.id))) as unknown]];
    });
    expect(addresses).toEqual([
      ['CUSTOM_WEBHOOK', { url: HOOK.customWebhook.url, signingSecret: expect.stringMatching(/^whsec_/) }],
      ['SLACK_NOTIFICATION', { url: webhookUrl }],
    ]);
  });

  it('need the permission, and a proof of the last minutes', async () => {
    const reader = contextFor(acme, memberOf(['settings:read']), t.clock);
    await expect(service().enable(reader, STRIPE)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service().list(contextFor(acme, memberOf([]), t.clock))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const owner = t.ownerContext(acme);
    t.clock.advance(DAY_MS);
    await expect(service().enable(owner, STRIPE)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(service().rotateKey(owner)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });

  it.each([
    [{}, 'input'],
    [{ ...STRIPE, ...HOOK }, 'input'],
    [{ stripePayment: { ...STRIPE.stripePayment, secretKey: 'pk_live_1234567890' } }, 'stripePayment.secretKey'],
    [{ customWebhook: { url: 'http://hooks.example' } }, 'customWebhook.url'],
    [{ customWebhook: { url: 'nonsense' } }, 'customWebhook.url'],
    [{ customWebhook: { url: 'https://name:secret@hooks.example' } }, 'customWebhook.url'],
    [{ slackNotification: { webhookUrl: 'https://hooks.slack.com.evil.example/services/T/B' } }, 'slackNotification.webhookUrl'],
  ])('are refused by the name of the field: %j', async (input, field) => {
    await expect(service().enable(t.ownerContext(acme), input)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [expect.objectContaining({ field })],
    });
  });
});

describe('an integration', () => {
  const VERIFY = `mutation($type: IntegrationType!) { verifyIntegration(type: $type) {
    __typename ... on Integration { check { outcome problem } } ... on UserError { code } } }`;
  const verify = async (type = 'STRIPE_PAYMENT', tenant = acme) => {
    const { data, errors } = await t.graphql(VERIFY, { tenant, as: t.ownerContext(tenant).principal, variables: { type } });
    expect(errors).toBeUndefined();
    return data?.['verifyIntegration'];
  };

  it('is asked whether it lets us in, with the credentials that are kept, and what came of it is kept', async () => {
    const { integration: enabled } = await service().enable(t.ownerContext(acme), STRIPE);
    expect(enabled).toMatchObject({ checkedAt: null, checkOutcome: null });
    expect(await verify()).toMatchObject({ check: { outcome: 'ANSWERS', problem: null } });
    expect(asked).toEqual([`/v1/account Bearer ${SECRET_KEY}`]);
    answer = 401;
    expect(await verify()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(asked).toHaveLength(1);
    t.clock.advance(11_000);
    expect(await verify()).toMatchObject({ check: { outcome: 'REFUSED', problem: expect.stringContaining('401') } });
    t.clock.advance(11_000);
    answer = 503;
    expect(await verify()).toMatchObject({ check: { outcome: 'UNREACHABLE', problem: 'It answers with HTTP 503' } });
    expect(await service().find(t.ownerContext(acme), 'STRIPE_PAYMENT')).toMatchObject({ checkOutcome: 'UNREACHABLE', isActive: true });
    expect((await t.events(acme, 'tenancy.integration_changed')).filter(({ change }) => change === 'CHECKED').map(({ outcome }) => outcome)).toEqual([
      'ANSWERS',
      'REFUSED',
      'UNREACHABLE',
    ]);
    expect(await stored()).not.toContain(SECRET_KEY);
    // Others must not hold what is known of these credentials against the next.
    expect((await service().enable(t.ownerContext(acme), STRIPE)).integration).toMatchObject({ checkedAt: null, checkOutcome: null, checkProblem: null });
  });

  it('that is disabled, of another company or told what happens is not asked', async () => {
    const before = asked.length;
    await service().disable(t.ownerContext(acme), 'STRIPE_PAYMENT');
    expect(await verify()).toMatchObject({ code: 'NOT_FOUND' });
    expect(await verify('CAPRICORN_EDI', globex)).toMatchObject({ code: 'NOT_FOUND' });
    await service().enable(t.ownerContext(acme), HOOK);
    expect(await verify('CUSTOM_WEBHOOK')).toMatchObject({ code: 'CONFLICT' });
    await expect(service().verify(contextFor(acme, memberOf(['settings:read']), t.clock), 'STRIPE_PAYMENT')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(asked).toHaveLength(before);
    await service().enable(t.ownerContext(acme), STRIPE);
  });

  it('of EDI is asked at its address, with name and password, and never within our own networks', async () => {
    const credentials = { endpoint: `${outsideUrl()}/edi`, username: 'acme', password: 'secret' };
    const [inside, guarded] = [true, false].map((mayBeInside) => {
      const ask = createOutboundFetch(mayBeInside);
      return createIntegrationCheck({ ask, askStripe: ask, stripeBase: undefined });
    });
    answer = 200;
    expect(await inside?.('CAPRICORN_EDI', credentials)).toEqual({ outcome: 'ANSWERS', problem: null });
    expect(asked.at(-1)).toBe(`/edi Basic ${Buffer.from('acme:secret').toString('base64')}`);
    answer = 403;
    expect(await inside?.('CAPRICORN_EDI', credentials)).toMatchObject({ outcome: 'REFUSED' });
    const before = asked.length;
    expect(await guarded?.('CAPRICORN_EDI', credentials)).toEqual({ outcome: 'UNREACHABLE', problem: 'It cannot be reached' });
    expect(asked).toHaveLength(before);
  });

  it('that was enabled before anybody was told where to call it is told of once, without being enabled again', async () => {
    const run = () =>
      t.subgraph.schedules
        .find(({ name }) => name === 'tell-of-integrations')
        ?.run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock: t.clock, logger: t.runtime.logger }));
    const toldOf = async () => (await t.events(acme, 'tenancy.integration_changed')).filter(({ change }) => change === 'TOLD_OF');
    await service().enable(t.ownerContext(acme), HOOK);
    await run();
    expect(await toldOf()).toEqual([]);
    await t.runtime.database.tenants.of({ tenant: acme }).integration.updateMany({ data: { isTold: false } });
    for (let turn = 0; turn < 2; turn += 1) await run();
    const told = await toldOf();
    expect(told.map(({ type }) => type).sort()).toEqual(['CUSTOM_WEBHOOK', 'SLACK_NOTIFICATION']);
    const address = told.find(({ type }) => type === 'CUSTOM_WEBHOOK')?.sealedAddress ?? '';
    const { url, signingSecret } = JSON.parse(t.runtime.secretBox.open(address, integrationAddressPurpose(acme.id))) as { url: string; signingSecret: string };
    expect(await credentialsOf(acme, 'CUSTOM_WEBHOOK')).toEqual({ url, signingSecret });
  });
});

describe("a company's own key", () => {
  it('is another one after it was rotated, and the old one is gone', async () => {
    const [before] = await keysOf(acme);
    const sealed = await stored();
    await service().rotateKey(t.ownerContext(acme));
    const keys = await keysOf(acme);
    expect(keys).toHaveLength(1);
    expect(keys).not.toContain(before);
    expect(await stored()).not.toBe(sealed);
    expect(await credentialsOf(acme)).toEqual(STRIPE.stripePayment);
    expect(await credentialsOf(acme, 'CUSTOM_WEBHOOK')).toMatchObject({ url: HOOK.customWebhook.url });
  });

  it('is rotated by itself when it is ninety days old', async () => {
    const old = [await keysOf(acme), await keysOf(globex)].flat();
    const schedule = t.subgraph.schedules.find(({ name }) => name === 'rotate-data-keys');
    const run = async () =>
      schedule?.run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock: t.clock, logger: t.runtime.logger }));
    await run();
    expect([await keysOf(acme), await keysOf(globex)].flat()).toEqual(old);
    t.clock.advance(91 * DAY_MS);
    await run();
    const fresh = [await keysOf(acme), await keysOf(globex)].flat();
    expect(fresh.filter((id) => old.includes(id))).toEqual([]);
    expect(await credentialsOf(globex)).toEqual(STRIPE.stripePayment);
  });
});
