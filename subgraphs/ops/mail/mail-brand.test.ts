import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../infra/local/doubles/mailbox/mailbox.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX } from '../../../tests/support/runtime.js';
import { NOTHING_CHOSEN, type ChosenBrand } from '../../_kernel/branding/brand.js';
import { createMailDesk } from '../../_kernel/mail/mail-desk.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { TenancyEvents } from '../../tenancy/events.js';

const BRAND: ChosenBrand = {
  ...NOTHING_CHOSEN,
  displayName: 'Acme "hands" & more',
  logoUrl: 'https://cdn.acme.example/logo.png?a=1&b=2',
  supportEmail: 'help@acme.example',
  termsUrl: 'https://acme.example/terms',
  imprintUrl: 'https://acme.example/imprint',
  mailSenderName: 'Acme, by Olga',
};

describe('the mails of a company', () => {
  let mailbox: Mailbox;
  let t: TestOps;
  const enterprise: TenantIdentity = { ...ACME, plan: 'ENTERPRISE' };

  beforeAll(async () => {
    mailbox = await startMailbox();
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl });
    const outbox = t.runtime.outbox.for<TenancyEvents>();
    const context = contextFor(enterprise);
    await t.runtime.database.tenants.transaction(context, async (db) => {
      await outbox.emit(db, context, 'tenancy.branding_changed', { fields: ['logoUrl'], brand: BRAND });
      await outbox.emit(db, context, 'tenancy.tenant_changed', { tenant: enterprise, fields: ['accentColor'], accentColor: '#FFCC00' });
    });
    await t.settle(enterprise);
  });
  afterAll(async () => {
    await t.stop();
    await mailbox.stop();
  });

  const sent = async (tenant: TenantIdentity, to: string) => {
    const desk = createMailDesk(t.runtime.outbox.for<IdentityEvents>(), t.runtime.secretBox, 'identity.mail_requested');
    const context = contextFor(tenant);
    const values = { displayName: 'Ines', link: 'https://acme.spine.example/reset', minutes: 60 };
    await t.runtime.database.tenants.transaction(context, (db) => desk.send(db, context, { template: 'PASSWORD_RESET', to, values }));
    await t.settle(tenant);
    await t.subgraph.services.mails.deliverDue(contextFor(ACME, undefined, t.clock));
    // Its own schedule may have taken the mail first.
    return eventually(async () => mailbox.messages(to)[0]);
  };

  it('wear its logo, its name and its colour, and say whom to ask', async () => {
    const { from, html, text } = await sent(enterprise, 'one@example.com');
    expect(from).toContain('Acme, by Olga');
    expect(html).toContain('<img src="https://cdn.acme.example/logo.png?a=1&amp;b=2" alt="Acme &quot;hands&quot; &amp; more"');
    expect(html).toContain('background:#FFCC00;color:#000000');
    expect(html).toContain('href="mailto:help@acme.example"');
    expect(html).toContain('href="https://acme.example/imprint"');
    expect(text).toContain('Help: help@acme.example');
    expect(text).toContain('Terms: https://acme.example/terms');
    expect(text).not.toContain('Privacy:');
  });

  it('wear the colour alone where the plan includes no more, and nothing of a neighbour’s', async () => {
    const plain = await sent({ ...ACME, plan: 'STARTER' }, 'two@example.com');
    expect(plain.from).toContain(ACME.name);
    expect(plain.html).toContain('#FFCC00');
    expect(plain.html).not.toContain('<img');
    const other = await sent({ ...GLOBEX, plan: 'ENTERPRISE' }, 'three@example.com');
    expect(other.from).toContain(GLOBEX.name);
    expect(other.html).toContain('#3451B2');
    expect(other.html).not.toContain('<img');
  });
});
