import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { SigningKeyService } from './signing-key.service.js';

/** A key that signs for ever is a key that leaks once and for ever. */
export const keepSigningKeysFresh = (signingKeys: SigningKeyService): Schedule => ({
  name: 'keep-signing-keys-fresh',
  everySeconds: 5 * 60,
  run: () => signingKeys.keepFresh(),
});
