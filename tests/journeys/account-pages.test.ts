import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'otplib';
import { createBrowser, type Browser } from '../support/browser.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { DEMO_PASSWORD, graphOf, signIn } from './main-job.js';

const NEW_PASSWORD = 'Ostrich-Marble-77!';

describe('the account pages of a company', () => {
  let platform: TestPlatform;
  let count = 0;

  beforeAll(async () => {
    platform = await startTestPlatform({
      environment: { RATE_LIMIT_CREDENTIALS_ACCOUNT: '1000', RATE_LIMIT_CREDENTIALS_ADDRESS: '10000' },
    });
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  const browserAt = (slug = 'acme'): Browser => createBrowser(platform.url, `${slug}.localhost`);

  /** Path and query of the newest link that was mailed to the address. */
  const linkMailedTo = (email: string, page: string): Promise<string> =>
    eventually(() => {
      const links = platform.mailbox
        .messages(email)
        .map(({ text }) => new RegExp(`http://acme\\.localhost(?::\\d+)?(/account/${page}\\?token=\\S+)`).exec(text)?.[1]);
      return Promise.resolve(links.find((link) => link !== undefined));
    });

  const newMember = async (): Promise<string> => {
    count += 1;
    const email = `visitor-${count}@example.com`;
    await graphOf(platform.url, 'acme').ask('mutation Join($input: RegisterInput!) { register(input: $input) { __typename } }', {
      input: { email, password: DEMO_PASSWORD, displayName: 'Visitor' },
    });
    return email;
  };

  const signInWith = async (browser: Browser, email: string, password = DEMO_PASSWORD) =>
    browser.submit(await browser.open('/account/sign-in'), { email, password });

  it('let somebody in by her password, know her from then on, and let her go', async () => {
    const browser = browserAt();
    const page = await signInWith(browser, 'client@acme.example');
    expect(page).toMatchObject({ path: '/account', status: 200, title: 'You are signed in' });
    await expect(browser.open('/account/sign-in')).resolves.toMatchObject({ path: '/account' });

    await expect(browser.submit(page)).resolves.toMatchObject({ title: 'Signed out' });
    await expect(browser.open('/account')).resolves.toMatchObject({ path: '/account/sign-in', title: 'Sign in' });
  });

  it('know nobody any more whose session was ended elsewhere', async () => {
    const browser = browserAt();
    const email = await newMember();
    await signInWith(browser, email);
    const elsewhere = await signIn(graphOf(platform.url, 'acme'), email);
    await elsewhere.ask('mutation { revokeOtherSessions { __typename } }');
    await expect(browser.open('/account')).resolves.toMatchObject({ title: 'Sign in' });
  });

  it('ask for the second factor of whoever has one, and take a recovery code for it', async () => {
    const email = await newMember();
    const graph = await signIn(graphOf(platform.url, 'acme'), email);
    const enrolled = await graph.ask<{ enrolTotp: { secret: string } }>('mutation { enrolTotp { ... on TotpEnrolment { secret } } }');
    const code = await generate({ secret: enrolled.data?.enrolTotp.secret ?? '' });
    const confirmed = await graph.ask<{ confirmTotp: { codes: string[] } }>(
      'mutation Confirm($code: String!) { confirmTotp(code: $code) { ... on RecoveryCodes { codes } } }',
      { code },
    );
    const browser = browserAt();
    const asked = await signInWith(browser, email);
    expect(asked).toMatchObject({ status: 200, title: 'One more step' });
    await expect(browser.open('/account')).resolves.toMatchObject({ title: 'Sign in' });

    const recovery = confirmed.data?.confirmTotp.codes[0] ?? '';
    await expect(browser.submit(asked, { code: recovery })).resolves.toMatchObject({ title: 'You are signed in' });
  });

  it('let somebody in by a link, but not by its being opened alone', async () => {
    const email = await newMember();
    const browser = browserAt();
    const asked = await browser.submit(await browser.open('/account/sign-in'), {}, '/account/sign-in/link');
    await expect(browser.submit(asked, { email })).resolves.toMatchObject({ title: 'Look into your mail' });

    const link = await linkMailedTo(email, 'sign-in');
    const another = browserAt();
    const opened = await another.open(link);
    await expect(another.open('/account')).resolves.toMatchObject({ title: 'Sign in' });
    await expect(another.submit(opened)).resolves.toMatchObject({ title: 'You are signed in' });
    await expect(browser.submit(await browser.open(link))).resolves.toMatchObject({ status: 422 });
  });

  it('let somebody in by the code that was mailed along', async () => {
    const email = await newMember();
    const browser = browserAt();
    const sent = await browser.submit(await browser.open('/account/sign-in/link'), { email });
    await linkMailedTo(email, 'sign-in');
    const code = platform.mailbox.messages(email).map(({ text }) => /^ {4}(\d{6})$[^]*sign-in/m.exec(text)?.[1]).find((found) => found !== undefined) ?? '';
    await expect(browser.submit(sent, { mailedCode: code })).resolves.toMatchObject({ title: 'You are signed in' });
  });

  it('verify an address by the link that was sent to it', async () => {
    const email = await newMember();
    const browser = browserAt();
    const page = await browser.open(await linkMailedTo(email, 'verify-email'));
    await expect(browser.submit(page)).resolves.toMatchObject({ status: 200, title: 'Address verified' });
    await expect(browser.submit(page)).resolves.toMatchObject({ status: 422, title: 'Verify your address' });

    const graph = await signIn(graphOf(platform.url, 'acme'), email);
    const onboarding = '{ myClientOnboarding { onboardingState run { workflow status } } }';
    await eventually(async () => {
      const { data } = await graph.ask<{ myClientOnboarding: { onboardingState: string; run: object } | null }>(onboarding);
      return data?.myClientOnboarding?.onboardingState === 'COMPLETE' && data.myClientOnboarding;
    });
  });

  it('set a new password behind the link, and say what is wrong with one that is too weak', async () => {
    const email = await newMember();
    const browser = browserAt();
    await browser.submit(await browser.open('/account/reset-password'), { email });
    const page = await browser.open(await linkMailedTo(email, 'reset-password'));
    const weak = await browser.submit(page, { newPassword: 'short' });
    expect(weak).toMatchObject({ status: 422, title: 'Choose a new password' });
    expect(weak.text).toMatch(/aria-invalid="true"/);

    await expect(browser.submit(weak, { newPassword: NEW_PASSWORD })).resolves.toMatchObject({ title: 'Password changed' });
    await expect(signInWith(browser, email)).resolves.toMatchObject({ status: 422 });
    await expect(signInWith(browser, email, NEW_PASSWORD)).resolves.toMatchObject({ title: 'You are signed in' });
  });

  it('take a newcomer in who was invited, and ask for her name and password only then', async () => {
    const email = 'invited@example.com';
    const owner = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    await owner.ask('mutation Invite($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }', {
      input: { email, roles: ['STAFF'] },
    });
    const browser = browserAt();
    const asked = await browser.submit(await browser.open(await linkMailedTo(email, 'accept-invitation')));
    expect(asked).toMatchObject({ status: 200, title: 'Join Acme Physio & Wellness' });
    expect(asked.text).not.toContain('aria-invalid="true">');
    const welcome = await browser.submit(asked, { displayName: 'Newcomer', password: NEW_PASSWORD });
    expect(welcome).toMatchObject({ status: 200, title: 'Welcome' });
    await expect(signInWith(browser, email, NEW_PASSWORD)).resolves.toMatchObject({ title: 'You are signed in' });
  });

  it('wear the colour that the company has chosen', async () => {
    const owner = await signIn(graphOf(platform.url, 'globex'), 'owner@globex.example');
    await owner.ask(
      'mutation Colour($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) { __typename } }',
      { input: { accentColor: '#767676' } },
    );
    const page = await eventually(async () => {
      const loaded = await browserAt('globex').open('/account/sign-in');
      return loaded.text.includes('--accent:#767676') ? loaded : null;
    });
    // It is as light as may be: black is read on it.
    expect(page.text).toContain('--on-accent:#000000');
    expect((await browserAt('acme').open('/account/sign-in')).text).not.toContain('#767676');
  });
});
