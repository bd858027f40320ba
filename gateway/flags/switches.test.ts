import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { FlagDefinition } from '../../subgraphs/_kernel/flags/evaluation/flag.js';
import { ACTING_FLAGS, KNOWN_FLAGS, moduleFlag } from '../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import { eventually } from '../../tests/support/runtime.js';
import { ACME, GLOBEX } from '../support/sample-endpoints.js';
import { SAMPLE_CONFIG, startSampleGateway, type AskOptions, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken, platformToken } from '../support/sample-tokens.js';
import { solvedCaptcha } from '../support/solved-captcha.js';

let gateway: SampleGateway;

beforeEach(async () => {
  gateway = await startSampleGateway({
    rateLimits: { ...SAMPLE_CONFIG.rateLimits, credentialsByAccount: { requests: 20, seconds: 300 } },
  });
});
afterEach(() => gateway.gateway.stop());

const known = (key: string): FlagDefinition => {
  const flag = KNOWN_FLAGS.find((each) => each.key === key);
  if (!flag) throw new Error(`There is no flag ${key}`);
  return flag;
};
const forAll = (key: string, value: FlagDefinition['defaultValue']): FlagDefinition => ({ ...known(key), defaultValue: value });
const forAcme = (key: string, value: FlagDefinition['defaultValue']): FlagDefinition => ({
  ...known(key),
  overrides: { [ACME.id]: { value, until: null } },
});

const codeOf = async (query: string, options: AskOptions = {}): Promise<unknown> =>
  (await gateway.ask(query, options)).json.errors?.[0]?.extensions['code'];

const SIGN_IN = 'mutation { signIn(input: { email: "a@b.example", password: "x" }) }';
const RENAME = 'mutation { rename(id: "u1", name: "Ann") { id } }';
const GLOBEX_HOST = { host: 'globex.spine.test' };

test('maintenance refuses changes as soon as it is switched on, but not those of staff, nor reading, nor signing in', async () => {
  expect(await codeOf(RENAME)).toBeUndefined();
  gateway.setFlags(forAll(ACTING_FLAGS.maintenance, true));
  await eventually(async () => (await codeOf(RENAME)) === 'MAINTENANCE');
  expect((await gateway.ask(RENAME)).headers.get('retry-after')).toBe('60');
  expect(await codeOf(RENAME, { token: await platformToken(['platform:tenants:manage']) })).toBeUndefined();
  expect(await codeOf('{ users { id } }')).toBeUndefined();
  expect(await codeOf(SIGN_IN)).toBeUndefined();
  expect(await codeOf(`mutation { ...All } fragment All on Mutation { signIn(input: { email: "a@b.example", password: "x" }) rename(id: "u1", name: "x") { id } }`)).toBe('MAINTENANCE');
  gateway.setFlags();
  await eventually(async () => (await codeOf(RENAME)) === undefined);
});

test('a module that is switched off at one company is refused there, and served next door', async () => {
  gateway.setFlags(forAcme(moduleFlag('booking'), false));
  await eventually(async () => (await codeOf('{ bookings(first: 1) { id } }')) === 'MODULE_DISABLED');
  expect(await codeOf('{ b: bookings(first: 1) { id } users { id } }')).toBe('MODULE_DISABLED');
  expect(await codeOf('{ users { id } }')).toBeUndefined();
  expect(await codeOf('{ bookings(first: 1) { id } }', GLOBEX_HOST)).toBeUndefined();
});

test('what a module adds to the types of others is null with an error where it is off, and is not fetched', async () => {
  const question = '{ bookings(first: 1) { id status total paid: receipt { number } } }';
  const refusedIn = async (query: string, options: AskOptions = {}) => {
    const { json } = await gateway.ask(query, options);
    return { data: json.data, refused: (json.errors ?? []).map(({ path, extensions }) => [path, extensions['code']]) };
  };
  const served = await refusedIn(question);
  expect(served.refused).toEqual([]);
  gateway.setFlags(forAcme(moduleFlag('commerce'), false), forAcme(moduleFlag('marketing'), false));
  await eventually(async () => (await refusedIn(question)).refused.length > 0);
  gateway.calls.length = 0;
  const { data, refused } = await refusedIn(question);
  expect(data).toEqual({ bookings: [{ ...(served.data as { bookings: object[] }).bookings[0], total: null, paid: null }] });
  expect(refused).toEqual([
    [['bookings', 'total'], 'MODULE_DISABLED'],
    [['bookings', 'paid'], 'MODULE_DISABLED'],
  ]);
  expect(gateway.calls.map(({ subgraph }) => subgraph)).not.toContain('commerce');
  // Also what it adds to whatever implements an interface.
  const media = await refusedIn('{ media { id rating } }');
  expect(media.refused).toEqual([[['media', 'rating'], 'MODULE_DISABLED']]);
  expect(media.data).toMatchObject({ media: expect.arrayContaining([expect.objectContaining({ rating: null })]) });
  expect((await refusedIn('{ bookings(first: 1) { id status } }')).refused).toEqual([]);
  expect((await refusedIn('query($money: Boolean = false) { bookings(first: 1) { id total @include(if: $money) } }')).refused).toEqual([]);
  expect((await refusedIn(question, GLOBEX_HOST)).refused).toEqual([]);
  gateway.setFlags();
  await eventually(async () => (await refusedIn(question)).refused.length === 0);
});

test('nobody registers while sign-ups are blocked, and who is there goes on', async () => {
  gateway.setFlags(forAcme(ACTING_FLAGS.blockNewSignups, true));
  await eventually(async () => (await codeOf('mutation { enrol }')) === 'FORBIDDEN');
  expect(await codeOf('mutation { enrol }', GLOBEX_HOST)).toBeUndefined();
  expect(await codeOf(SIGN_IN)).toBeUndefined();
});

test('signing in takes a captcha, which is good once, at one company, and for five minutes', async () => {
  const withCaptcha = (solution: string) => codeOf(SIGN_IN, { headers: { 'x-captcha': solution } });
  gateway.setFlags(forAll(ACTING_FLAGS.captcha, true));
  await eventually(async () => (await codeOf(SIGN_IN)) === 'CAPTCHA_REQUIRED');
  const refused = (await gateway.ask(SIGN_IN)).json.errors?.[0]?.extensions['captcha'];
  expect(refused).toEqual({ algorithm: 'sha256-leading-zero-bits', bits: 16, subject: ACME.id, header: 'x-captcha' });
  const solution = solvedCaptcha(ACME.id);
  expect(await withCaptcha(solution)).toBeUndefined();
  expect(await withCaptcha(solution)).toBe('CAPTCHA_REQUIRED');
  expect(await withCaptcha(solvedCaptcha(GLOBEX.id))).toBe('CAPTCHA_REQUIRED');
  expect(await withCaptcha(solvedCaptcha(ACME.id, Date.now() - 301_000))).toBe('CAPTCHA_REQUIRED');
  expect(await withCaptcha('nonsense')).toBe('CAPTCHA_REQUIRED');
  expect(await codeOf('{ users { id } }')).toBeUndefined();
});

test('strict limits leave a tenth of the attempts, at once and also of those made before', async () => {
  const attempt = () => codeOf(SIGN_IN);
  for (let count = 0; count < 3; count += 1) expect(await attempt()).toBeUndefined();
  gateway.setFlags(forAcme(ACTING_FLAGS.strictRateLimit, true));
  await eventually(async () => (await attempt()) === 'RATE_LIMITED');
  expect(await codeOf(SIGN_IN, GLOBEX_HOST)).toBeUndefined();
  gateway.setFlags();
  await eventually(async () => (await attempt()) === undefined);
});

test('what was switched before the gateway began acts on its first request, and goes on while ops is away', async () => {
  await gateway.gateway.stop();
  const { ops } = gateway.endpoints;
  gateway.setFlags(forAll(ACTING_FLAGS.maintenance, true));
  gateway = await startSampleGateway({}, gateway);
  expect(await codeOf(RENAME)).toBe('MAINTENANCE');
  ops.forward = async () => {
    throw new Error('ECONNREFUSED');
  };
  await eventually(async () => gateway.lines.some(({ message }) => message === 'flags cannot be followed'));
  expect(await codeOf(RENAME, { token: await memberToken(ACME, []) })).toBe('MAINTENANCE');
});
