import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { contrastOf, textOn } from '../../_kernel/branding/colour.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { issuesOfColours } from './branding.js';

const PUBLIC = `{ branding {
  displayName logoUrl accentColor backgroundColor textColor supportEmail termsUrl privacyUrl imprintUrl } }`;
const UPDATE = `mutation($input: UpdateBrandingInput!) { updateBranding(input: $input) {
  __typename ... on Branding { displayName logoUrl accentColor mailSenderName isCustom }
  ... on ValidationError { issues { field message } } ... on ForbiddenError { message } } }`;

const WHOLE = {
  displayName: 'Acme – hands that help',
  logoUrl: 'https://cdn.acme.example/logo.svg',
  accentColor: '#7A1FA2',
  backgroundColor: '#FFFDE7',
  textColor: '#212121',
  supportEmail: 'Help@Acme.example',
  termsUrl: 'https://acme.example/terms',
  privacyUrl: 'https://acme.example/privacy',
  imprintUrl: 'https://acme.example/imprint',
  mailSenderName: 'Acme, by Olga',
};
const NOTHING = {
  displayName: null,
  logoUrl: null,
  backgroundColor: null,
  textColor: null,
  supportEmail: null,
  termsUrl: null,
  privacyUrl: null,
  imprintUrl: null,
};

describe('colours that are seen together', () => {
  test('are as far apart as WCAG reckons', () => {
    expect(contrastOf('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
    expect(contrastOf('#FFFFFF', '#000000')).toBeCloseTo(21, 5);
    expect(contrastOf('#777777', '#FFFFFF')).toBeCloseTo(4.48, 2);
    expect(contrastOf('#ABCDEF', '#ABCDEF')).toBe(1);
    expect([textOn('#FFCC00'), textOn('#3451B2')]).toEqual(['#000000', '#FFFFFF']);
  });

  test.each([
    [{ backgroundColor: '#FFFFFF', textColor: '#777777' }, ['textColor']],
    [{ backgroundColor: '#FFFFFF', textColor: '#767676' }, []],
    [{ backgroundColor: '#3451B2', textColor: '#FFFFFF' }, ['accentColor']],
    [{ backgroundColor: '#FFFFFF', textColor: null }, ['textColor']],
    [{ backgroundColor: null, textColor: '#000000' }, ['backgroundColor']],
    [{ backgroundColor: null, textColor: null }, []],
    [{ backgroundColor: null, textColor: null, accentColor: '#8A8A8A' }, ['accentColor']],
    [{ backgroundColor: '#101010', textColor: '#FFFFFF', accentColor: '#FFCC00' }, []],
  ])('%p are told where they cannot be made out', (colours, fields) => {
    expect(issuesOfColours({ accentColor: '#3451B2', ...colours }).map(({ field }) => field)).toEqual(fields);
  });
});

describe('how a company looks', () => {
  let t: TestTenancy;
  let acme: TenantIdentity;
  let globex: TenantIdentity;

  beforeAll(async () => {
    t = await startTestTenancy();
    // What its plan includes comes with every request.
    acme = { ...(await t.company('acme-looks')), plan: 'ENTERPRISE' };
    globex = await t.company('globex-looks');
  });
  afterAll(() => t.stop());

  const owner = (tenant: TenantIdentity) => t.ownerContext(tenant).principal;
  const update = async (input: object, tenant: TenantIdentity = acme, as = owner(tenant)): Promise<Record<string, unknown>> => {
    const { data, errors } = await t.graphql(UPDATE, { as, tenant, variables: { input } });
    expect(errors).toBeUndefined();
    return data?.['updateBranding'] as Record<string, unknown>;
  };
  const seen = async (tenant: TenantIdentity): Promise<unknown> => (await t.graphql(PUBLIC, { tenant })).data?.['branding'];

  it('is the colour and nothing else until it has chosen, and nobody’s at the address of the platform', async () => {
    expect(await seen(globex)).toEqual({ ...NOTHING, accentColor: '#3451B2' });
    expect(await seen(PLATFORM_TENANT)).toBeNull();
  });

  it('is its own to choose where the plan includes it, and is told to whoever shows it', async () => {
    expect(await update(WHOLE)).toEqual({
      __typename: 'Branding',
      displayName: WHOLE.displayName,
      logoUrl: WHOLE.logoUrl,
      accentColor: WHOLE.accentColor,
      mailSenderName: WHOLE.mailSenderName,
      isCustom: true,
    });
    const { mailSenderName, ...shown } = { ...WHOLE, supportEmail: 'help@acme.example' };
    expect(await seen(acme)).toEqual(shown);
    expect(await seen(globex)).toEqual({ ...NOTHING, accentColor: '#3451B2' });
    const { accentColor, ...brand } = { ...shown, mailSenderName };
    expect((await t.events(acme, 'tenancy.branding_changed')).at(-1)).toMatchObject({ brand });
    expect((await t.events(acme, 'tenancy.tenant_changed')).at(-1)).toMatchObject({ accentColor });
  });

  it('stays as it is in what is not named, and is cleared by null', async () => {
    await update(WHOLE);
    await update({ logoUrl: null, displayName: 'Acme' });
    expect(await seen(acme)).toMatchObject({ logoUrl: null, displayName: 'Acme', termsUrl: WHOLE.termsUrl });
    await update({ backgroundColor: null, textColor: null });
    expect(await seen(acme)).toMatchObject({ backgroundColor: null, textColor: null, accentColor: WHOLE.accentColor });
  });

  it('has a colour that can be read on the background it has chosen, whichever way that is changed', async () => {
    const accent = (accentColor: string, tenant: TenantIdentity = acme) =>
      t.subgraph.services.settings.update({ ...t.ownerContext(tenant), tenant }, { accentColor });
    const refused = { issues: [{ field: 'accentColor', message: expect.stringContaining('contrast of 4.5:1') }] };
    await update({ ...WHOLE, backgroundColor: '#101010', textColor: '#FFFFFF', accentColor: '#FFCC00' });
    await expect(accent('#3451B2')).rejects.toMatchObject(refused);
    await expect(accent('#FFD54F')).resolves.toBeDefined();
    await expect(accent('#FFD54F', globex)).rejects.toMatchObject(refused);
    expect(await update({ backgroundColor: null, textColor: null })).toMatchObject({ __typename: 'ValidationError', ...refused });
    expect(await update({ displayName: 'Acme at night' })).toMatchObject({ __typename: 'Branding', accentColor: '#FFD54F' });
    await update(WHOLE);
  });

  it('is not changed without the feature of the plan, and not shown any more once it is gone', async () => {
    await update(WHOLE);
    expect(await update({ displayName: 'Globex' }, globex)).toMatchObject({ __typename: 'ForbiddenError', message: expect.stringContaining('custom_branding') });
    expect(await seen({ ...acme, plan: 'STARTER' })).toEqual({ ...NOTHING, accentColor: WHOLE.accentColor });
    expect(await seen(acme)).toMatchObject({ displayName: WHOLE.displayName });
  });

  it('is changed by nobody who may not change settings', async () => {
    const member = memberOf(['settings:read'], { roles: ['STAFF'] });
    expect(await update({ displayName: 'Mine' }, acme, member)).toMatchObject({ __typename: 'ForbiddenError' });
  });

  it.each([
    ['logoUrl', 'http://acme.example/logo.png'],
    ['logoUrl', 'javascript:alert(1)'],
    ['logoUrl', 'data:image/png;base64,AAAA'],
    ['logoUrl', 'https://acme.example@evil.example/logo.png'],
    ['logoUrl', `https://acme.example/${'x'.repeat(500)}`],
    ['termsUrl', 'acme.example/terms'],
    ['privacyUrl', ''],
    ['imprintUrl', 'ftp://acme.example'],
    ['displayName', ' '],
    ['displayName', 'x'.repeat(81)],
    ['supportEmail', 'help@'],
    ['accentColor', 'purple'],
    ['backgroundColor', '#FFF'],
    ['mailSenderName', 'Acme <ceo@bank.example>'],
    ['mailSenderName', 'Acme\r\nBcc: all'],
  ])('is not %s %p', async (field, value) => {
    const issue = { field, message: expect.any(String) };
    expect(await update({ [field]: value })).toEqual({ __typename: 'ValidationError', issues: [issue] });
  });
});
