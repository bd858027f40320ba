import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../infra/local/doubles/mailbox/mailbox.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf, staffOf } from '../../../tests/support/runtime.js';
import { createMailDesk } from '../../_kernel/mail/mail-desk.js';
import type { Mail, MailTemplate } from '../../_kernel/mail/mail.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../identity/events.js';
import { forgetMailsGivenUp } from './forget-mails-given-up.schedule.js';
import { afterFailure, withoutAddresses } from './mail.js';
import { GOLDEN_FOLDER, goldenMails } from './templates/golden-mails.js';
import { renderMail } from './templates/render.js';
import { MAIL_TEMPLATES, SAMPLES } from './templates/samples.js';
import { shippedWording } from './templates/shipped.js';

const LINK = 'https://acme.spine.example/reset?token=s3cret-of-the-link';

/** One of a few words that are given, not written by anybody. */
const CHOICE = 'CONFIRMED';

const reset = (to: string): Mail => ({
  template: 'PASSWORD_RESET',
  to,
  values: { displayName: 'Ines <b>Vidal</b>', link: LINK, minutes: 60 },
});

const MAILS = `query($status: MailStatus) {
  mails(status: $status) { edges { node { id template recipient status attempts failure sentAt nextAttemptAt } } }
}`;

const RESEND = `mutation($id: ID!) { resendMail(id: $id) { __typename ... on Mail { status attempts } } }`;

interface MailNode {
  readonly id: string;
  readonly recipient: string;
  readonly status: string;
  readonly attempts: number;
  readonly failure: string | null;
  readonly sentAt: string | null;
  readonly nextAttemptAt: string | null;
}

describe('mails', () => {
  let mailbox: Mailbox;
  let t: TestOps;
  const owner = memberOf(['settings:read'], { roles: ['OWNER'] });

  beforeEach(async () => {
    mailbox = await startMailbox();
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl });
  });
  afterEach(async () => {
    await t.stop();
    await mailbox.stop();
  });

  const ask = async (mail: Mail, tenant: TenantIdentity = ACME): Promise<void> => {
    const desk = createMailDesk(t.runtime.outbox.for<IdentityEvents>(), t.runtime.secretBox, 'identity.mail_requested');
    const context = contextFor(tenant);
    await t.runtime.database.tenants.transaction(context, (db) => desk.send(db, context, mail));
    await t.settle(tenant);
  };
  const deliver = () => t.subgraph.services.mails.deliverDue(contextFor(ACME, undefined, t.clock));
  const listed = async (tenant: TenantIdentity = ACME): Promise<readonly MailNode[]> => {
    const { data } = await t.graphql(MAILS, { as: owner, tenant });
    return (data?.['mails'] as { edges: { node: MailNode }[] }).edges.map(({ node }) => node);
  };
  const only = async (): Promise<MailNode> => {
    const [mail, ...others] = await listed();
    if (!mail || others.length > 0) throw new Error('There is to be one mail');
    return mail;
  };
  const resend = async (id: string, as: Principal, tenant: TenantIdentity = ACME) =>
    (await t.graphql(RESEND, { as, tenant, variables: { id } })).data?.['resendMail'];
  const storedText = async (): Promise<string> => {
    const { rows } = await t.runtime.pools.platform.query('SELECT m::text FROM ops.mail m UNION ALL SELECT e::text FROM kernel.outbox_event e');
    return JSON.stringify(rows);
  };

  test('go out by themselves, in the name of the company, as text and as HTML that runs nothing', async () => {
    await ask(reset('ines@acme.example'));
    const message = await eventually(async () => mailbox.messages('ines@acme.example')[0]);
    expect(message).toMatchObject({
      subject: 'Choose a new password for Acme',
      from: '"Acme" <no-reply@spine.example>',
      text: expect.stringContaining(LINK),
      headers: expect.objectContaining({ 'auto-submitted': 'auto-generated' }),
    });
    expect(message.html).toContain('Ines &lt;b&gt;Vidal&lt;/b&gt;');
    expect(message.html).not.toContain('<b>');
    await eventually(async () => (await only()).status === 'SENT');
    expect(await only()).toMatchObject({ attempts: 1, failure: null, nextAttemptAt: null, sentAt: expect.any(String) });
  });

  test('leave nothing readable of what they say, neither before they are sent nor after', async () => {
    await ask(reset('ines@acme.example'));
    expect(await storedText()).not.toContain('s3cret-of-the-link');
    await eventually(async () => (await only()).status === 'SENT');
    expect(await storedText()).not.toContain('s3cret-of-the-link');
  });

  test('are tried again after a pause when the server cannot take them now', async () => {
    mailbox.disturb(
      { kind: 'reply', status: 451, message: 'come back later, ines@acme.example' },
      { kind: 'reply', status: 421, message: 'closing' },
    );
    await ask(reset('ines@acme.example'));
    await eventually(async () => (await only()).attempts === 1 && (await only()).failure !== null);
    expect(await only()).toMatchObject({ status: 'PENDING', failure: expect.stringContaining('come back later, <address>') });
    t.clock.advance(6_000);
    // An attempt counts from its beginning; the next one is due from its end.
    await eventually(async () => (await only()).failure?.includes('closing'));
    t.clock.advance(60_000);
    await eventually(async () => (await only()).status === 'SENT');
    expect(await only()).toMatchObject({ attempts: 3, failure: null });
    expect(mailbox.messages()).toHaveLength(1);
  });

  test('are given up at once when the server refuses them for good', async () => {
    mailbox.disturb({ kind: 'reply', status: 550, message: 'no such user' });
    await ask(reset('nobody@acme.example'));
    await eventually(async () => (await only()).status === 'FAILED');
    expect(await only()).toMatchObject({ attempts: 1, nextAttemptAt: null, failure: expect.stringContaining('no such user') });
    expect(await storedText()).not.toContain('s3cret-of-the-link');
  });

  test('that were given up are sent again when somebody says so, as long as they are kept', async () => {
    mailbox.disturb({ kind: 'reply', status: 550, message: 'no such user' });
    await ask(reset('ines@acme.example'));
    const { id } = await eventually(async () => ((await only()).status === 'FAILED' ? only() : null));
    const manager = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
    expect(await resend(id, manager)).toMatchObject({ __typename: 'Mail', status: 'PENDING', attempts: 0 });
    await eventually(async () => (await only()).status === 'SENT');
    expect(mailbox.messages('ines@acme.example')).toHaveLength(1);
    expect(await resend(id, manager)).toMatchObject({ __typename: 'ConflictError' });
    expect(await storedText()).not.toContain('s3cret-of-the-link');
  });

  test('that were given up are forgotten after five days, and nobody sends them again then', async () => {
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    mailbox.disturb({ kind: 'reply', status: 550, message: 'no such user' });
    await ask(reset('ines@acme.example'));
    const { id } = await eventually(async () => ((await only()).status === 'FAILED' ? only() : null));
    t.clock.advance(5 * 86_400_000 + 1_000);
    await forgetMailsGivenUp(t.runtime.database.platform).run(contextFor(ACME, undefined, t.clock));
    expect(await resend(id, staffOf(['platform:incidents:manage']))).toMatchObject({ __typename: 'ConflictError' });
  });

  test('are sent again by staff in any company, by others in theirs alone and with the permission', async () => {
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    mailbox.disturb({ kind: 'reply', status: 550, message: 'no such user' });
    await ask(reset('ines@acme.example'));
    const { id } = await eventually(async () => ((await only()).status === 'FAILED' ? only() : null));
    expect(await resend(id, memberOf(['settings:update']), GLOBEX)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await resend(id, memberOf(['settings:read']))).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await resend(id, staffOf(['platform:audit:read']))).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await resend(id, staffOf(['platform:incidents:manage']))).toMatchObject({ __typename: 'Mail' });
    await eventually(async () => (await only()).status === 'SENT');
  });

  test('whose answer was lost come again under the same Message-ID', async () => {
    mailbox.disturb({ kind: 'cut after', keep: true });
    await ask(reset('ines@acme.example'));
    await eventually(async () => (await only()).failure !== null);
    t.clock.advance(6_000);
    await eventually(async () => (await only()).status === 'SENT');
    const [second, first] = mailbox.messages();
    expect(first?.messageId).toBeTruthy();
    expect(second?.messageId).toBe(first?.messageId);
  });

  test('of an event that comes twice are one', async () => {
    await ask(reset('ines@acme.example'));
    // Sent before the host ends: what that cuts short is sent again, and rightly.
    await eventually(async () => (await only()).status === 'SENT');
    await t.replay();
    expect(await only()).toMatchObject({ status: 'SENT', attempts: 1 });
    expect(mailbox.messages()).toHaveLength(1);
  });

  test('are sent once by workers that work at the same time', async () => {
    for (let n = 0; n < 30; n += 1) await ask(reset(`person-${n}@acme.example`));
    await Promise.all([deliver(), deliver(), deliver()]);
    await eventually(async () => (await listed()).every(({ status }) => status === 'SENT'));
    expect(new Set(mailbox.messages().flatMap(({ to }) => to)).size).toBe(30);
    expect(mailbox.messages()).toHaveLength(30);
  });

  test('carry an appointment for the calendar of who gets them, with what is to be done with it', async () => {
    const body = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nEND:VCALENDAR';
    await ask({
      template: 'BOOKING_INVITATION',
      to: 'nora@acme.example',
      values: {
        displayName: 'Nora',
        change: 'CANCELLED',
        what: 'Massage with Ana',
        when: 'Sunday, January 31, 2027 at 9:00 AM (America/New_York)',
        reference: 'BK-20270131-402913',
        location: 'Upstairs, 1 Main Street',
        calendar: { method: 'CANCEL', body },
      },
    });
    const message = await eventually(async () => mailbox.messages('nora@acme.example')[0]);
    expect(message.subject).toBe('Cancelled: Massage with Ana, Sunday, January 31, 2027 at 9:00 AM (America/New_York)');
    expect(message.text).toContain('Where: Upstairs, 1 Main Street');
    expect(message.calendar?.method).toBe('CANCEL');
    expect(message.calendar?.body.trim()).toBe(body);
  });

  test('go to one recipient, whatever the address looks like', async () => {
    await ask(reset('"a,b"@acme.example'));
    await eventually(async () => mailbox.messages().length > 0 || (await only()).status === 'FAILED');
    expect(mailbox.messages().flatMap(({ to }) => to).length).toBeLessThanOrEqual(1);
  });

  test('are seen by whoever may read the settings of the company, and by no other company', async () => {
    await ask(reset('ines@acme.example'));
    expect(await listed()).toHaveLength(1);
    expect(await listed(GLOBEX)).toEqual([]);
    const { errors } = await t.graphql(MAILS, { as: memberOf([]) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('every template', () => {
  const hostile = '<img src=x onerror=alert(1)>\r\nBcc: everyone@example.com';

  const linkOf = (template: MailTemplate): string | undefined => Object.entries(SAMPLES[template]).find(([name]) => name === 'link')?.[1] as string | undefined;

  test.each(MAIL_TEMPLATES)('%s says all it was told, and escapes it', (template) => {
    const link = linkOf(template);
    const values = Object.fromEntries(
      Object.entries(SAMPLES[template]).map(([name, value]) => [name, typeof value === 'string' && value !== link && value !== CHOICE ? `${value}${hostile}` : value]),
    );
    const asked = { template, values } as unknown as Mail;
    const { subject, text, html } = renderMail(asked, { name: `Acme ${hostile}`, accentColor: 'red;}' }, shippedWording(template, 'en'));
    expect(subject).not.toMatch(/[\r\n]/);
    expect(subject + text).not.toMatch(/\{\{|\}\}|undefined/);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('red;}');
    if (link !== undefined) expect(text).toContain(link);
  });

  test('that people outside judge the platform by is byte for byte what is kept; `npm run mails:golden` keeps another', async () => {
    const mails = goldenMails();
    expect(mails).toHaveLength(8);
    expect((await readdir(GOLDEN_FOLDER)).sort()).toEqual(mails.map(({ file }) => file).sort());
    for (const { file, html } of mails) expect([file, html]).toEqual([file, await readFile(new URL(file, GOLDEN_FOLDER), 'utf8')]);
  });

  test('says a lasting time in the unit that fits it', () => {
    const { text } = renderMail({ template: 'EMAIL_VERIFICATION', values: SAMPLES.EMAIL_VERIFICATION }, { name: 'Acme', accentColor: '#123456' }, shippedWording('EMAIL_VERIFICATION', 'en'));
    expect(text).toContain('good for 1 day.');
  });

  test('says nothing of a place where there is none', () => {
    const told = (location: string | null) =>
      renderMail({ template: 'BOOKING_INVITATION', values: { ...SAMPLES.BOOKING_INVITATION, location } }, { name: 'Acme', accentColor: '#123456' }, shippedWording('BOOKING_INVITATION', 'en')).text;
    expect(told('Upstairs')).toContain('Where: Upstairs');
    expect(told(null)).not.toContain('Where');
  });
});

describe('a failed attempt', () => {
  const now = new Date('2027-05-02T10:00:00Z');

  test('is followed by another after pauses that grow fourfold up to eight hours', () => {
    const pauses = [1, 2, 3, 8, 11].map((attempts) => {
      const next = afterFailure({ message: 'busy', final: false }, attempts, now);
      return next.status === 'PENDING' ? (next.nextAttemptAt.getTime() - now.getTime()) / 1000 : null;
    });
    expect(pauses).toEqual([5, 20, 80, 28_800, 28_800]);
  });

  test('is the last after twelve, or when the server says so', () => {
    expect(afterFailure({ message: 'busy', final: false }, 12, now)).toEqual({ status: 'FAILED' });
    expect(afterFailure({ message: 'unknown', final: true }, 1, now)).toEqual({ status: 'FAILED' });
  });

  test('is remembered without addresses', () => {
    expect(withoutAddresses('550 <ines@acme.example> unknown')).toBe('550 <<address>> unknown');
  });
});
