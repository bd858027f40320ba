import { Refusal } from '../../refusal.js';
import type { RateCounter } from './rate-counter.js';
import { rateHeaders } from './rate-headers.js';
import type { Rate } from './rate-limits.js';
import type { Standing } from './standing.js';

/** One thing a request counts as. */
export interface Charge {
  /** Name of the policy, as clients are told. */
  readonly policy: string;
  /** Whose requests are counted together. */
  readonly key: string;
  readonly points: number;
  readonly rate: Rate;
}

const MESSAGES: Readonly<Record<string, string>> = {
  tenant: 'This company has made too many requests',
  credentials: 'Too many attempts',
};

function refusalOf(standings: readonly Standing[], longest: Standing): Refusal {
  const message = MESSAGES[longest.policy] ?? 'You have made too many requests';
  return new Refusal('RATE_LIMITED', `${message}; try again in ${longest.resetsIn} s`, {
    headers: { ...rateHeaders(standings), 'retry-after': String(longest.resetsIn) },
    extensions: { retryAfter: longest.resetsIn },
  });
}

export interface RateLimiter {
  /**
   * Counts a request as all that is given.
   * @throws {Refusal} RATE_LIMITED when one of them is too much
   */
  charge(charges: readonly Charge[]): Promise<readonly Standing[]>;
}

export function createRateLimiter(counter: RateCounter): RateLimiter {
  const stand = async ({ policy, key, points, rate }: Charge): Promise<Standing> => {
    const { counted, resetsInMs } = await counter.add(key, points, rate.seconds);
    return {
      policy,
      rate,
      remaining: Math.max(0, rate.requests - counted),
      resetsIn: Math.max(1, Math.ceil(resetsInMs / 1000)),
      exceeded: counted > rate.requests,
    };
  };

  return {
    async charge(charges) {
      const standings = await Promise.all(charges.map(stand));
      const [longest] = standings.filter(({ exceeded }) => exceeded).sort((a, b) => b.resetsIn - a.resetsIn);
      if (longest) throw refusalOf(standings, longest);
      return standings;
    },
  };
}
