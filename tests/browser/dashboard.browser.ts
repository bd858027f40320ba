import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { generate } from 'otplib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Gateway } from '../../gateway/gateway.js';
import { startReceiver, type Receiver } from '../../infra/local/doubles/receiver/receiver.js';
import { DEMO_PASSWORD, graphOf, signIn as signInToCompany, signInAsAdmin } from '../journeys/main-job.js';
import { launchChromium } from '../support/chromium.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';

const SCREENSHOTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/screenshots');
const ADMIN = 'admin@spine.example';
const PAGES = [
  { path: 'overview', heading: 'Overview', ready: 'Subscriptions by plan' },
  { path: 'auth-ops', heading: 'Incidents', ready: 'What to do' },
  { path: 'flags', heading: 'Flags', ready: 'maintenance_mode' },
  { path: 'tickets', heading: 'Tickets', ready: 'newest first' },
  { path: 'tenants', heading: 'Companies', ready: 'Globex' },
  { path: 'audit', heading: 'Audit trail', ready: 'Auth login' },
  { path: 'deliveries', heading: 'Deliveries', ready: 'newest first' },
  { path: 'errors', heading: 'Errors', ready: 'What is slow' },
] as const;
const NARROW = { width: 375, height: 812 };
const WIDE = { width: 1280, height: 860 };
/** From this many failures of a company in five minutes on, detection raises an incident. */
const SPIKE = 60;

let platform: TestPlatform;
let receiver: Receiver;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  receiver = await startReceiver();
  platform = await startTestPlatform({
    environment: {
      RATE_LIMIT_CREDENTIALS_ADDRESS: '100000',
      RATE_LIMIT_ADDRESS: '100000',
      RATE_LIMIT_ANONYMOUS: '100000',
      OUTGOING_ALLOWED_HOSTS: '127.0.0.1',
    },
  });
  await mkdir(SCREENSHOTS, { recursive: true });
}, PLATFORM_START_MS);

afterAll(async () => {
  await browser.close();
  await platform.stop();
  await receiver.stop();
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: WIDE, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
});

afterEach(() => context.close());

const addressOf = (url: string): string => url.replace('127.0.0.1', 'localhost');

async function signIn(at: string, url = platform.url, email = ADMIN): Promise<void> {
  await page.goto(`${addressOf(url)}/admin/${at}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor({ state: 'attached' });
}

const dialog = () => page.getByRole('dialog').last();

const ownerOf = (slug: string) => signInToCompany(graphOf(platform.url, slug), `owner@${slug}.example`);

/** Somebody tries passwords at a company's door. */
async function tryPasswords(slug: string): Promise<void> {
  const door = graphOf(platform.url, slug);
  for (let victim = 0; victim < SPIKE; victim += 1) {
    await door.ask('mutation ($input: LoginInput!) { login(input: $input) { __typename } }', {
      input: { email: `victim-${victim}@${slug}.example`, password: 'guess' },
    });
  }
}

const incidentOf = (company: string) => page.getByRole('region', { name: 'Incidents' }).getByRole('link').filter({ hasText: company });

async function seriousFindings(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${String(target)} ${failureSummary ?? ''}`).join(' | ')}`);
}

describe('the dashboard in Chromium', () => {
  test('shows an incident of real bad sign-ins without a reload, and takes it to its end', async () => {
    await signIn('auth-ops');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await page.getByText('All is calm').first().waitFor();
    await tryPasswords('acme');
    await incidentOf('Acme').click();
    await page.getByRole('article').getByText('What to do').waitFor();
    await page.screenshot({ path: path.join(SCREENSHOTS, 'incidents.png') });

    await page.getByRole('button', { name: 'I am on it' }).click();
    await page.getByRole('article').getByText('Acknowledged', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByLabel('Note for the timeline').fill('A colleague tested an old password list.');
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('A colleague tested an old password list.').waitFor();
    await incidentOf('Acme').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('keeps quiet while it is paused, and tells on resuming what came in meanwhile', async () => {
    await signIn('auth-ops');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await page.getByText('All is calm').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await tryPasswords('globex');
    await page.getByText('1 new or changed since').waitFor({ timeout: 15_000 });
    expect(await incidentOf('Globex').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await incidentOf('Globex').waitFor();
  });

  test('misses nothing while its gateway is away, taking up after the last event it had', async () => {
    const first = await platform.anotherGateway();
    const { url } = await first.listen({ host: '127.0.0.1', port: 0 });
    let second: Gateway | null = null;
    try {
      const asked: (string | null)[] = [];
      let isTold = false;
      page.on('websocket', (socket) => {
        socket.on('framereceived', ({ payload }) => {
          const message = JSON.parse(String(payload)) as { type: string; payload?: { data?: { incidentUpdated?: unknown } } };
          if (message.type === 'next' && message.payload?.data?.incidentUpdated) isTold = true;
        });
        socket.on('framesent', ({ payload }) => {
          const message = JSON.parse(String(payload)) as { type: string; payload?: { query?: string; variables?: { after?: string | null } } };
          if (message.type === 'subscribe' && message.payload?.query?.includes('incidentUpdated')) asked.push(message.payload.variables?.after ?? null);
        });
      });
      await signIn('auth-ops', url);
      await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
      await incidentOf('Globex').waitFor();
      await page.getByRole('button', { name: 'I am on it' }).click();
      await page.getByRole('article').getByText('Acknowledged', { exact: true }).waitFor();
      // What the page shows is the mutation's answer; the event, whose cursor it goes on behind, may come later.
      await eventually(async () => isTold);

      await first.stop();
      await page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
      const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
      const { data } = await staff.ask<{ incidents: { edges: { node: { id: string } }[] } }>('{ incidents(first: 1) { edges { node { id } } } }');
      const id = data?.incidents.edges[0]?.node.id;
      await staff.ask('mutation ($id: ID!) { mitigateIncident(id: $id, note: "Blocked the address range.") { __typename } }', { id });

      second = await platform.anotherGateway();
      await second.listen({ host: '127.0.0.1', port: Number(new URL(url).port) });
      await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ timeout: 20_000 });
      await page.getByText('Blocked the address range.').waitFor();
      await incidentOf('Globex').getByText('Mitigated').waitFor();
      // Each stream follows again after a pause of its own.
      await eventually(async () => asked.length > 1);
      expect(asked[0]).toBeNull();
      expect(asked.at(-1)).toMatch(/.+/);
    } finally {
      await (second ?? first).stop();
    }
  }, 180_000);

  test('sets the flags that are advised, undoes that, shows the runbook, and keeps what was learnt', async () => {
    // While the flags are set, nobody signs in there without a captcha.
    const owner = await ownerOf('globex');
    const { data } = await owner.ask<{ currentTenant: { id: string } }>('{ currentTenant { id } }');
    const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
    await signIn('auth-ops');
    await incidentOf('Globex').click();
    const article = page.getByRole('article');
    await article.getByRole('button', { name: 'Runbook' }).click();
    await dialog().getByText('Taking it back').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'detached' });

    await article.getByRole('button', { name: 'Apply the recommended flags' }).click();
    await dialog().getByLabel('Reason').fill('Until the attack is over.');
    await dialog().getByRole('button', { name: 'Do it' }).click();
    const changed = article.getByRole('table', { name: 'What changed: Apply the recommended flags' });
    await changed.getByText('as everyone').first().waitFor();
    const key = await changed.locator('tbody td').first().innerText();
    const valueThere = async () => {
      const asked = { key, context: { tenantId: data?.currentTenant.id } };
      return JSON.stringify(await staff.ask('query ($key: String!, $context: FlagContextInput) { flagEvaluation(key: $key, context: $context) { value } }', asked));
    };
    const during = await valueThere();
    expect(during).not.toContain('errors');
    await article.getByRole('button', { name: 'Undo' }).click();
    await article.getByText('Undone', { exact: true }).waitFor();
    await eventually(async () => (await valueThere()) !== during);

    for (const [button, provider] of [['Block sign-ups', null], ['Disable a provider', 'google']] as const) {
      await article.getByRole('button', { name: button }).click();
      if (provider !== null) await dialog().getByLabel('Identity provider').fill(provider);
      await dialog().getByLabel('Reason').fill('Until we know more.');
      await dialog().getByRole('button', { name: 'Do it' }).click();
      await article.getByRole('table', { name: `What changed: ${button}` }).getByText('as everyone').waitFor();
      const undone = await article.getByText('Undone', { exact: true }).count();
      await article.getByRole('button', { name: 'Undo' }).click();
      await article.getByText('Undone', { exact: true }).nth(undone).waitFor();
    }

    await article.getByRole('button', { name: 'Resolve' }).click();
    await dialog().getByLabel('Note for the timeline').fill('The address range is blocked.');
    await dialog().getByRole('button', { name: 'Resolve' }).click();
    await article.getByRole('button', { name: 'Write the postmortem' }).click();
    await dialog().getByLabel('Postmortem').fill('Strict limits from the first wave on.');
    await dialog().getByRole('button', { name: 'Write the postmortem' }).click();
    await article.getByText('Strict limits from the first wave on.').first().waitFor();
    expect(await seriousFindings()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('shows the seven figures of the business as the graph has them', async () => {
    const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
    const { data } = await staff.ask<{ platformMetrics: Record<string, number> & { monthlyRecurringRevenue: { amount: number }; annualRunRate: { amount: number } } }>(
      '{ platformMetrics { totalOrganizations activeSubscriptions trialAccounts totalUsers churnPercentage monthlyRecurringRevenue { amount } annualRunRate { amount } } }',
    );
    if (!data) throw new Error('No figures');
    const { totalOrganizations, activeSubscriptions, trialAccounts, totalUsers, churnPercentage, monthlyRecurringRevenue, annualRunRate } = data.platformMetrics;
    const dollars = (cents: number) => `US$${(cents / 100).toLocaleString('en-GB')}`;
    await signIn('overview');
    const figures = page.getByRole('region', { name: 'Figures' });
    for (const [label, value] of [
      ['Companies', totalOrganizations],
      ['Active subscriptions', activeSubscriptions],
      ['Trial accounts', trialAccounts],
      ['Users', totalUsers],
      ['Recurring revenue', dollars(monthlyRecurringRevenue.amount)],
      ['Annual run rate', dollars(annualRunRate.amount)],
      ['Churn', `${churnPercentage} %`],
    ] as const) {
      await figures.getByText(label, { exact: true }).locator('..').getByText(String(value), { exact: true }).waitFor();
    }
    expect(totalOrganizations).toBeGreaterThan(0);
  });

  test('changes a flag with a reason, has a second person approve it, throws the kill switch and shows how it all came about', async () => {
    await signIn('flags');
    await page.getByRole('button', { name: 'New flag' }).click();
    await dialog().getByLabel('Key').fill('browser_trial');
    await dialog().getByLabel('Description').fill('Whether the trial is on.');
    await dialog().getByLabel('Changes need a second person').check();
    await dialog().getByLabel('Reason').fill('To try it out.');
    await dialog().getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'browser_trial', level: 1 }).waitFor();

    await page.getByRole('button', { name: 'Change the value' }).click();
    await dialog().getByLabel('Value').selectOption('true');
    await dialog().getByLabel('Reason').fill('It is time.');
    await dialog().getByRole('button', { name: 'Change' }).click();
    await page.getByText('Your change waits for a second person').waitFor();
    await page.getByRole('button', { name: 'Approve the change of browser_trial' }).click();
    await page.getByRole('alert').filter({ hasText: 'Somebody else has to approve' }).waitFor();

    const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
    const colleague = { email: 'second@spine.example', displayName: 'Second person', password: DEMO_PASSWORD, role: 'SUPER_ADMIN' };
    await staff.ask('mutation ($input: RegisterAdminUserInput!) { registerAdminUser(input: $input) { __typename } }', { input: colleague });
    await page.reload();
    await signIn('flags/browser_trial', platform.url, colleague.email);
    await page.getByRole('button', { name: 'Approve the change of browser_trial' }).click();
    await page.getByLabel('Value for everyone').getByText('true').waitFor();

    await page.getByRole('button', { name: 'Kill switch', exact: true }).click();
    await dialog().getByLabel('Reason').fill('Something burns.');
    await dialog().getByRole('button', { name: 'Throw the switch' }).click();
    await page.getByText('The kill switch is on').waitFor();
    const history = page.getByRole('region', { name: 'History' }).last();
    for (const reason of ['Something burns.', 'It is time.', 'To try it out.']) await history.getByText(reason).waitFor();
    expect(await seriousFindings()).toEqual([]);
    await page.screenshot({ path: path.join(SCREENSHOTS, 'flag.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test('welcomes a new colleague, who chooses her password by the link of a mail and signs in with it', async () => {
    const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
    const colleague = { email: 'third@spine.example', displayName: 'Third person', role: 'SUPPORT' };
    await staff.ask('mutation ($input: RegisterAdminUserInput!) { registerAdminUser(input: $input) { __typename } }', { input: colleague });
    const mail = await eventually(async () => platform.mailbox.messages(colleague.email)[0]);
    expect(mail.subject).toContain('Your account');
    const token = /#welcome=([\w-]+)/.exec(mail.text)?.[1] ?? '';
    const welcome = `${addressOf(platform.url)}/admin/#welcome=${token}`;
    await page.goto(welcome);
    await page.getByRole('heading', { name: 'Welcome to Spine' }).waitFor();
    expect(page.url()).not.toContain('welcome');
    expect(await seriousFindings()).toEqual([]);
    await page.getByLabel('New password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Choose this password' }).click();
    await page.getByRole('alert').filter({ hasText: 'at least 8 characters' }).waitFor();
    await page.getByLabel('New password', { exact: true }).fill(DEMO_PASSWORD);
    await page.getByRole('button', { name: 'Choose this password' }).click();
    await page.getByRole('heading', { name: 'Sign in to Spine' }).waitFor();
    await signIn('tenants', platform.url, colleague.email);
    await page.goto(welcome);
    await page.getByLabel('New password', { exact: true }).fill('Another-one-2?');
    await page.getByRole('button', { name: 'Choose this password' }).click();
    await page.getByRole('alert').filter({ hasText: 'not valid any more' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('answers a ticket of a company, and resolves it', async () => {
    const owner = await ownerOf('globex');
    const input = { subject: 'The calendar is empty', body: 'Since this morning.', priority: 'HIGH', idempotencyKey: 'browser-1' };
    await owner.ask('mutation ($input: CreateSupportTicketInput!) { createSupportTicket(input: $input) { __typename } }', { input });
    await signIn('tickets');
    await page.getByRole('link', { name: 'The calendar is empty' }).click();
    await page.getByRole('button', { name: 'I see to it' }).click();
    await page.getByRole('button', { name: 'Give it back' }).waitFor();
    await page.getByLabel('Your answer').fill('It was an import of ours; it is back.');
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('article', { name: 'Staff' }).getByText('it is back').waitFor();
    await page.getByLabel('Your answer').fill('Tell nobody.');
    await page.getByLabel('Only for staff').check();
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByText('Only staff sees this').waitFor();
    await page.getByLabel('Status').selectOption('RESOLVED');
    await page.getByText(/resolved in \d+ min/).waitFor();
    expect(await seriousFindings()).toEqual([]);
    await page.screenshot({ path: path.join(SCREENSHOTS, 'ticket.png'), fullPage: true });
    const { data } = await owner.ask<{ supportTickets: { edges: { node: { status: string; messages: { body: string }[] } }[] } }>(
      '{ supportTickets(first: 1) { edges { node { status messages { body } } } } }',
    );
    const [ticket] = data?.supportTickets.edges.map(({ node }) => node) ?? [];
    expect(ticket?.status).toBe('RESOLVED');
    expect(JSON.stringify(ticket?.messages)).not.toContain('Tell nobody');
  });

  test('sends a webhook again that nobody took', async () => {
    const owner = await ownerOf('globex');
    receiver.misbehave({ kind: 'answer', status: 410 });
    const made = await owner.ask<{ registerWebhook: { webhook: { id: string } } }>(
      'mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) { ... on WebhookWithSecret { webhook { id } } } }',
      { input: { url: `${receiver.url}/hook`, eventTypes: ['payment.succeeded'] } },
    );
    await owner.ask('mutation ($id: ID!) { testWebhook(id: $id) { __typename } }', { id: made.data?.registerWebhook.webhook.id });
    await signIn('deliveries');
    await page.getByRole('tab', { name: 'Webhooks' }).click();
    await page.getByText('The address answered 410').waitFor({ timeout: 40_000 });
    await page.getByRole('button', { name: /^Send webhook.test to / }).click();
    await page.getByRole('region', { name: 'The calls of webhooks' }).getByText('Delivered', { exact: true }).waitFor({ timeout: 40_000 });
    expect(receiver.calls).toHaveLength(2);
    for (const tab of ['SMS, browsers and teams', 'Mails']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel').waitFor();
      expect(await seriousFindings()).toEqual([]);
    }
  });

  test('tells the platform what breaks in it, and shows that', async () => {
    await signIn('errors');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new TypeError('The browser test has broken something');
      });
    });
    await page.getByRole('region', { name: 'What breaks' }).getByText('The browser test has broken something').waitFor({ timeout: 40_000 });
    expect(complaints).toEqual(['The browser test has broken something']);
  });

  test('says what it cannot load, and loads it when asked again', async () => {
    let broken = true;
    await page.route('**/graphql', (route) => {
      const { operationName } = route.request().postDataJSON() as { readonly operationName?: string };
      return broken && operationName === 'Flags' ? route.abort() : route.fallback();
    });
    await signIn('flags');
    await page.getByRole('alert').filter({ hasText: 'Cannot load the flags' }).waitFor();
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('maintenance_mode').first().waitFor();
  });

  test('suspends a company and takes it back, with a fresh proof where one is asked for', async () => {
    await signIn('tenants');
    await page.getByRole('button', { name: /^Suspend Globex/ }).click();
    await page.getByLabel('Reason').fill('Invoices unpaid for ninety days');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Invoices unpaid for ninety days').waitFor();
    await page.getByRole('button', { name: /^Reactivate Globex/ }).click();
    await page.getByRole('button', { name: /^Suspend Globex/ }).waitFor();
  });

  test('proves an entry of the audit trail in the browser', async () => {
    await signIn('audit');
    await page.getByRole('button', { name: 'Auth login' }).last().click();
    const check = page.getByRole('button', { name: 'Check the proof here' });
    await check.click();
    await page.getByText('Proved in this browser').waitFor();
    await page.screenshot({ path: path.join(SCREENSHOTS, 'audit-proof.png') });
    expect(complaints).toEqual([]);
  });

  test('keeps no token where a reload or another page would find it', async () => {
    await signIn('overview');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    expect(kept).not.toMatch(/eyJ|refresh/i);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to Spine' }).waitFor();
  });

  test('says why it lets nobody in, and can be used by keyboard alone', async () => {
    await page.goto(`${addressOf(platform.url)}/admin`);
    await page.getByLabel('E-mail address').waitFor();
    await page.keyboard.type(ADMIN);
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test('has nothing serious for axe on any page, nor a page wider than a telephone', async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${addressOf(platform.url)}/admin`);
      await page.getByLabel('E-mail address').waitFor();
      const findings: string[] = [...(await seriousFindings()).map((finding) => `sign-in: ${finding}`)];
      await signIn('overview');
      for (const { path: at, heading, ready } of PAGES) {
        await page.setViewportSize(WIDE);
        await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: heading }).click();
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
        await page.getByText(ready).first().waitFor();
        if (at === 'overview') await page.locator('.recharts-surface').first().waitFor();
        findings.push(...(await seriousFindings()).map((finding) => `${at}: ${finding}`));
        if (at !== 'auth-ops') await page.screenshot({ path: path.join(SCREENSHOTS, `${at}-${colorScheme}.png`) });
        await page.setViewportSize(NARROW);
        // The chart and the menu take a moment to follow the new width.
        await page
          .waitForFunction(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth, null, { timeout: 5_000 })
          .catch(() => findings.push(`${at}: wider than the screen`));
        if (at === 'overview') await page.screenshot({ path: path.join(SCREENSHOTS, `telephone-${colorScheme}.png`) });
      }
      expect(findings).toEqual([]);
      expect(complaints).toEqual([]);
    }, 180_000);
  });

  test('loads at most 200 kB of scripts for its first page', async () => {
    const html = await (await fetch(`${platform.url}/admin`)).text();
    const scripts = [...html.matchAll(/(?:src|href)="(\/admin\/assets\/[^"]+\.js)"/g)].map(([, script]) => script ?? '');
    const bodies = await Promise.all(scripts.map(async (script) => (await fetch(platform.url + script)).text()));
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(scripts.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(200_000);
  });

  // Last: from here on the administrator has a second factor.
  test('asks for the code of who has a second factor', async () => {
    const staff = await signInAsAdmin(graphOf(platform.url), ADMIN);
    const enrolled = await staff.ask<{ enrolTotp: { secret: string } }>('mutation { enrolTotp(label: "Dashboard") { ... on TotpEnrolment { secret } } }');
    const secret = enrolled.data?.enrolTotp.secret ?? '';
    const codeOf = (steps: number) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });
    await staff.ask('mutation ($code: String!) { confirmTotp(code: $code) { __typename } }', { code: await codeOf(-1) });

    await page.goto(`${addressOf(platform.url)}/admin`);
    await page.getByLabel('E-mail address').fill(ADMIN);
    await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code of your authenticator app').fill('000000');
    await page.getByRole('button', { name: 'Sign in with the code' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Code of your authenticator app').fill(await codeOf(0));
    await page.getByRole('button', { name: 'Sign in with the code' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });
});
