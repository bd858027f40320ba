import { expect, test } from '@jest/globals';
import { ACME, contextFor, GLOBEX } from '../../../tests/support/runtime.js';
import { createFlagSet } from '../../_kernel/flags/evaluation/flag-set.js';
import { ACTING_FLAGS, plainFlag } from '../../_kernel/flags/evaluation/known-flags.js';
import { IdentityProviderId } from '../ids.js';
import { withoutDisabledProvider } from './disabled-provider.js';
import type { ProvenPerson, SsoService } from './sso.service.js';

const PROVIDER = '0190cccc-0000-7000-8000-00000000000c';
const OTHER = '0190cccc-0000-7000-8000-00000000000d';

test('operations switches a provider off at one company, from its beginning and for who is on her way back', async () => {
  const proven = { provider: { id: PROVIDER } } as unknown as ProvenPerson;
  const open: Partial<SsoService> = { start: async () => 'https://provider.example', redeem: async () => proven };
  const flags = createFlagSet();
  const sso = withoutDisabledProvider(open as SsoService, flags);
  const asked = { returnTo: '/', challenge: '' };
  await expect(sso.start(contextFor(ACME), PROVIDER, asked)).resolves.toBe('https://provider.example');

  const value = IdentityProviderId.encode(PROVIDER);
  const flag = { key: ACTING_FLAGS.disabledProvider, type: 'STRING', description: '', defaultValue: '' } as const;
  flags.replace([plainFlag({ ...flag, overrides: { [ACME.id]: { value, until: null } } })]);
  await expect(sso.start(contextFor(ACME), PROVIDER, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(sso.redeem(contextFor(ACME), 'code', 'verifier')).resolves.toBeNull();
  await expect(sso.start(contextFor(ACME), OTHER, asked)).resolves.toBeDefined();
  await expect(sso.start(contextFor(GLOBEX), PROVIDER, asked)).resolves.toBeDefined();
  await expect(sso.redeem(contextFor(GLOBEX), 'code', 'verifier')).resolves.toBe(proven);
});
