import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../../infra/local/doubles/mailbox/mailbox.js';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { createMailDesk } from '../../../_kernel/mail/mail-desk.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../../identity/events.js';
import { MAIL_TEMPLATES, placeholdersOf } from '../templates/samples.js';
import { shippedWording } from '../templates/shipped.js';
import { placeholdersIn } from '../templates/wording.js';
import { issuesOfWording, MOST_LOCALES } from './mail-wording.js';

const WORDS = 'template locale subject body actionLabel footnote isCustom placeholders requiredPlaceholders updatedAt';
const LIST = `query($locale: String) { mailWordings(locale: $locale) { ${WORDS} } }`;
const SET = `mutation($input: SetMailWordingInput!) { setMailWording(input: $input) {
  __typename ... on MailWording { ${WORDS} } ... on ValidationError { issues { field message } } ... on ConflictError { message } } }`;
const RESET = `mutation($template: MailTemplate!, $locale: String!) { resetMailWording(template: $template, locale: $locale) {
  __typename ... on MailWording { ${WORDS} } } }`;
const PREVIEW = `query($input: PreviewMailInput!) { mailPreview(input: $input) {
  __typename ... on MailPreview { subject text html } ... on ValidationError { issues { field message } } } }`;

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const RESET_WORDS = {
  template: 'PASSWORD_RESET',
  locale: 'pt-BR',
  subject: 'Senha nova para {{company}}',
  body: 'Olá {{ displayName }},\n\nescolha uma senha <b>nova</b>.',
  actionLabel: 'Escolher a senha',
  footnote: 'Vale por {{duration}}.',
};

interface Listed {
  readonly template: string;
  readonly locale: string;
  readonly subject: string;
  readonly isCustom: boolean;
}

describe('what the mails of a company say', () => {
  let mailbox: Mailbox;
  let t: TestOps;

  beforeAll(async () => {
    mailbox = await startMailbox();
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl });
  });
  afterAll(async () => {
    await t.stop();
    await mailbox.stop();
  });

  const ask = async (query: string, variables: Record<string, unknown>, as: Principal = OWNER, tenant: TenantIdentity = ACME) => {
    const { data, errors } = await t.graphql(query, { as, tenant, variables });
    return { answer: Object.values(data ?? {})[0] as Record<string, unknown> | null, code: errors?.[0]?.extensions['code'] };
  };
  const set = async (input: object, as?: Principal, tenant?: TenantIdentity) => (await ask(SET, { input }, as, tenant)).answer;
  const listed = async (template: string, locale: string | null, tenant?: TenantIdentity): Promise<Listed | undefined> => {
    const { answer } = await ask(LIST, { locale }, OWNER, tenant);
    return (answer as unknown as readonly Listed[]).find((one) => one.template === template);
  };
  const mailed = async (to: string, { locale, tenant = ACME }: { locale?: string; tenant?: TenantIdentity } = {}) => {
    const desk = createMailDesk(t.runtime.outbox.for<IdentityEvents>(), t.runtime.secretBox, 'identity.mail_requested');
    const context = contextFor(tenant);
    const values = { displayName: 'Ines', link: 'https://acme.spine.example/reset', minutes: 60 };
    await t.runtime.database.tenants.transaction(context, (db) =>
      desk.send(db, context, { template: 'PASSWORD_RESET', to, values, ...(locale === undefined ? {} : { locale }) }),
    );
    await t.settle(tenant);
    return eventually(async () => mailbox.messages(to)[0]);
  };

  it('is what the platform ships, in the language of the recipient where there is one', async () => {
    expect(await listed('PASSWORD_RESET', null)).toMatchObject({ locale: 'en', isCustom: false, subject: 'Choose a new password for {{company}}' });
    expect(await listed('PASSWORD_RESET', 'de-AT')).toMatchObject({ locale: 'de', isCustom: false });
    expect(await listed('PASSWORD_RESET', 'sw')).toMatchObject({ locale: 'en', isCustom: false });
    const { subject, html, text } = await mailed('german@example.com', { locale: 'de-AT' });
    expect(subject).toBe('Neues Passwort für Acme');
    expect(html).toContain('<html lang="de">');
    expect(text).toContain('1 Stunde');
  });

  it('is what the company says of it, in its language, for itself alone', async () => {
    expect(await set(RESET_WORDS)).toMatchObject({ __typename: 'MailWording', isCustom: true, locale: 'pt-BR', updatedAt: expect.any(String) });
    const { subject, text, html } = await mailed('brazil@example.com', { locale: 'pt-br' });
    expect(subject).toBe('Senha nova para Acme');
    expect(text).toContain('Olá Ines,');
    expect(text).toContain('Escolher a senha:\nhttps://acme.spine.example/reset');
    expect(html).toContain('<html lang="pt-BR">');
    expect(html).toContain('&lt;b&gt;nova&lt;/b&gt;');
    expect((await mailed('globex@example.com', { locale: 'pt-BR', tenant: GLOBEX })).subject).toBe('Choose a new password for Globex');
    expect(await listed('PASSWORD_RESET', 'pt-BR', GLOBEX)).toMatchObject({ isCustom: false });
    expect((await ask(RESET, { template: 'PASSWORD_RESET', locale: 'pt-BR' }, OWNER, GLOBEX)).answer).toMatchObject({ __typename: 'NotFoundError' });
  });

  it('is what the company says in its own language, before what the platform says in the recipient’s', async () => {
    await t.tell('tenancy.tenant_changed', { tenant: ACME, fields: ['locale'], locale: 'fr-CA' });
    await t.settle(ACME);
    expect((await mailed('shipped@example.com', { locale: 'de' })).subject).toBe('Neues Passwort für Acme');
    expect((await mailed('no-language@example.com', { locale: 'as she likes' })).subject).toBe('Choose a new password for Acme');
    await set({ ...RESET_WORDS, locale: 'fr', subject: 'Nouveau mot de passe' });
    expect((await mailed('french@example.com', { locale: 'de' })).subject).toBe('Nouveau mot de passe');
    expect((await mailed('nobody-knows@example.com')).subject).toBe('Nouveau mot de passe');
    expect((await mailed('brazil-again@example.com', { locale: 'pt-BR' })).subject).toBe('Senha nova para Acme');
    expect((await ask(RESET, { template: 'PASSWORD_RESET', locale: 'fr' })).answer).toMatchObject({ __typename: 'MailWording', isCustom: false });
    expect((await mailed('shipped-again@example.com', { locale: 'de' })).subject).toBe('Neues Passwort für Acme');
    expect((await ask(RESET, { template: 'PASSWORD_RESET', locale: 'fr' })).answer).toMatchObject({ __typename: 'NotFoundError' });
  });

  it('is refused with an unknown or a missing placeholder, stray braces, a link that is none, or too much of it', async () => {
    const issues = async (changes: object) => (await set({ ...RESET_WORDS, ...changes }))?.['issues'];
    expect(await issues({ subject: '{{password}}' })).toEqual([{ field: 'subject', message: expect.stringContaining('{{password}} is not told to this mail; it knows {{company}}') }]);
    expect(await issues({ body: 'Now.', footnote: 'Soon.' })).toEqual([{ field: 'body', message: expect.stringContaining('{{duration}}') }]);
    expect(await issues({ body: 'Hello {{displayName' })).toEqual([{ field: 'body', message: expect.stringContaining('braces') }]);
    expect(await issues({ body: 'x'.repeat(10_001) })).toEqual([{ field: 'body', message: expect.stringContaining('10000') }]);
    expect(await issues({ subject: 'two\nlines' })).toEqual([{ field: 'subject', message: expect.any(String) }]);
    expect(await issues({ subject: ' ' })).toEqual([{ field: 'subject', message: expect.any(String) }]);
    expect(await issues({ locale: 'not a language' })).toEqual([{ field: 'locale', message: expect.any(String) }]);
    expect(await issues({ template: 'PASSWORD_CHANGED', footnote: null })).toEqual([{ field: 'actionLabel', message: expect.any(String) }]);
  });

  it('is looked at with sample data before it is kept', async () => {
    const { answer } = await ask(PREVIEW, { input: { ...RESET_WORDS, locale: 'it', subject: 'Ciao {{displayName}}' } });
    expect(answer).toMatchObject({ __typename: 'MailPreview', subject: 'Ciao Ines Vidal', html: expect.stringContaining('&lt;b&gt;nova&lt;/b&gt;') });
    expect(await listed('PASSWORD_RESET', 'it')).toMatchObject({ locale: 'en', isCustom: false });
    const standing = await ask(PREVIEW, { input: { template: 'TRIAL_EXPIRY_WARNING', locale: 'en' } });
    expect(standing.answer).toMatchObject({ subject: '3 days left of the trial of Acme' });
    const wrong = await ask(PREVIEW, { input: { template: 'TRIAL_EXPIRED', locale: 'en', body: '{{reason}}' } });
    expect(wrong.answer).toMatchObject({ __typename: 'ValidationError' });
  });

  it('is changed by whoever may change the settings, and is told to the audit', async () => {
    const reader = memberOf(['settings:read']);
    expect((await ask(SET, { input: RESET_WORDS }, reader)).answer).toMatchObject({ __typename: 'ForbiddenError' });
    expect((await ask(LIST, {}, memberOf([]))).code).toBe('FORBIDDEN');
    const audited = await eventually(async () => {
      await t.settle(ACME);
      const { rows } = await t.runtime.pools.platform.query(
        `SELECT meta FROM ops.audit_entry WHERE meta->>'change' = 'mail_wording_set' AND tenant_id = $1`,
        [ACME.id],
      );
      return rows.length > 0 ? rows : null;
    });
    expect(audited[0]).toMatchObject({ meta: { template: 'PASSWORD_RESET', locale: 'pt-BR' } });
  });

  it('is kept in a bounded number of languages', async () => {
    const letters = 'abcdefghijklmnopqrst'.slice(0, MOST_LOCALES);
    for (const letter of letters) {
      expect(await set({ ...RESET_WORDS, locale: `q${letter}` }, OWNER, GLOBEX)).toMatchObject({ __typename: 'MailWording' });
    }
    expect(await set({ ...RESET_WORDS, locale: 'qz' }, OWNER, GLOBEX)).toMatchObject({ __typename: 'ConflictError' });
    expect(await set({ ...RESET_WORDS, locale: 'qa' }, OWNER, GLOBEX)).toMatchObject({ __typename: 'MailWording' });
  });
});

describe('the words that are shipped', () => {
  test.each(MAIL_TEMPLATES)('of %s keep the rules of those that companies write', (template) => {
    for (const locale of ['en', 'de']) {
      const { words } = shippedWording(template, locale);
      expect(issuesOfWording(template, words)).toEqual([]);
      expect(placeholdersOf(template)).toEqual(expect.arrayContaining([...placeholdersIn(`${words.subject} ${words.body}`)]));
    }
  });
});
