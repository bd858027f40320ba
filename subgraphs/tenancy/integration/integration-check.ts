import type { IntegrationType } from './credentials.js';

export const CHECK_OUTCOMES = ['ANSWERS', 'REFUSED', 'UNREACHABLE'] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

export interface CheckedIntegration {
  readonly outcome: CheckOutcome;
  /** In words, without a secret and without what the service said; null where it answers. */
  readonly problem: string | null;
}

/** The kinds that are asked whether they let us in. The others are told what happens, and their deliveries show it. */
export const CHECKED_TYPES = ['STRIPE_PAYMENT', 'CAPRICORN_EDI'] as const satisfies readonly IntegrationType[];
export type CheckedType = (typeof CHECKED_TYPES)[number];

export const isChecked = (type: IntegrationType): type is CheckedType => (CHECKED_TYPES as readonly string[]).includes(type);

/** Asks a service outside whether it lets us in with a company's credentials. It reads, and changes nothing there. */
export type IntegrationCheck = (type: CheckedType, credentials: Readonly<Record<string, string>>) => Promise<CheckedIntegration>;

const STRIPE = 'https://api.stripe.com';
const REFUSALS: readonly number[] = [401, 403];

function judged(status: number): CheckedIntegration {
  if (status >= 200 && status < 300) return { outcome: 'ANSWERS', problem: null };
  if (REFUSALS.includes(status)) return { outcome: 'REFUSED', problem: `It does not let us in with these credentials (HTTP ${status})` };
  return { outcome: 'UNREACHABLE', problem: `It answers with HTTP ${status}` };
}

/**
 * @param ask a `fetch` for addresses that companies name
 * @param askStripe one for Stripe's, which the installation names
 * @param stripeBase another server that speaks Stripe's protocol
 */
export function createIntegrationCheck(parts: {
  readonly ask: typeof fetch;
  readonly askStripe: typeof fetch;
  readonly stripeBase: string | undefined;
}): IntegrationCheck {
  const { ask, askStripe, stripeBase = STRIPE } = parts;

  const call = ({ secretKey = '', endpoint = '', username = '', password = '' }: Readonly<Record<string, string>>, type: CheckedType) => {
    if (type === 'STRIPE_PAYMENT') {
      return askStripe(new URL('/v1/account', stripeBase), { headers: { authorization: `Bearer ${secretKey}` } });
    }
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    return ask(endpoint, { headers: { authorization: `Basic ${basic}`, accept: 'application/json' } });
  };

  return async (type, credentials) => {
    try {
      const { status, body } = await call(credentials, type);
      await body?.cancel();
      return judged(status);
    } catch {
      return { outcome: 'UNREACHABLE', problem: 'It cannot be reached' };
    }
  };
}
