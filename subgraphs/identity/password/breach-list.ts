import type { Logger } from '../../_kernel/request/request-context.js';

/** Passwords that are known from breaches. */
export interface BreachList {
  /** @param hash SHA-1 of the password, in upper-case hexadecimal */
  knows(hash: string): Promise<boolean>;
}

/** For installations that ask nobody outside. */
export const NO_BREACHES: BreachList = { knows: async () => false };

const PREFIX_LENGTH = 5;
const TIMEOUT_MS = 2_000;

/**
 * The range protocol of Have I Been Pwned: only the first five digits of the hash leave the process, and several
 * hundred answers come back. A list that is out of reach keeps nobody from choosing a password.
 * @param url such as `https://api.pwnedpasswords.com`
 */
export const createBreachList = (url: string, logger: Logger): BreachList => ({
  async knows(hash) {
    try {
      const response = await fetch(`${url}/range/${hash.slice(0, PREFIX_LENGTH)}`, {
        headers: { 'add-padding': 'true' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const wanted = hash.slice(PREFIX_LENGTH);
      // Padding is entries with a count of nought.
      return (await response.text()).split(/\r?\n/).some((line) => {
        const [suffix, count] = line.split(':');
        return suffix === wanted && Number(count) > 0;
      });
    } catch (error) {
      logger.warn({ err: error }, 'the list of breached passwords cannot be asked');
      return false;
    }
  },
});
