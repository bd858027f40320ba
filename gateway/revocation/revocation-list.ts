import type { Revocation, RevocationEntry } from '../../subgraphs/_kernel/wire/revocations.js';
import { Refusal } from '../refusal.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** Who shows a token or a key, and since when it has been good. */
export type Bearer = Pick<IdentifiedRequest, 'principal' | 'issuedAt'>;

/** What has been taken back and might still be shown. */
export interface RevocationList {
  add(entry: RevocationEntry): void;
  /** Why what somebody shows is no longer good; null while it is. */
  refusalOf(bearer: Bearer): Refusal | null;
  readonly size: number;
}

interface Ruling {
  /** Epoch milliseconds; what was issued before is no longer good. */
  readonly at: number;
  readonly keptSessionId: string | null;
  /** Whether nothing issued later is good, either. */
  readonly forGood: boolean;
  readonly message: string;
}

/** Longer than any access token is good: after this nobody can show one from before. */
export const TOKENS_LIVE_MS = 16 * 60_000;
const KEPT = 100_000;

const CHANGED = 'What you may do has changed; sign in again or refresh your token';
const OVER = 'This session has ended; sign in again';

interface Noted {
  readonly key: string;
  readonly keptSessionId?: string | null;
  readonly forGood?: boolean;
  readonly message: string;
}

function notedOf(revocation: Revocation): Noted | null {
  switch (revocation.kind) {
    case 'session':
      return { key: `session ${revocation.sessionId}`, forGood: true, message: OVER };
    case 'user':
      return { key: `user ${revocation.userId}`, keptSessionId: revocation.keptSessionId, message: OVER };
    case 'membership':
      return { key: `membership ${revocation.membershipId}`, message: revocation.out ? OVER : CHANGED };
    case 'admin':
      return { key: `admin ${revocation.adminId}`, message: CHANGED };
    case 'api-key':
      return { key: `api-key ${revocation.apiKeyId}`, forGood: true, message: 'The API key is not valid' };
    case 'tenant':
      return null;
  }
}

function keysOf({ principal }: Bearer): readonly string[] {
  switch (principal.kind) {
    case 'member':
      return [`session ${principal.sessionId}`, `user ${principal.userId}`, `membership ${principal.membershipId}`];
    case 'platform':
      return [`session ${principal.sessionId}`, `admin ${principal.adminId}`];
    case 'service':
      return [`api-key ${principal.apiKeyId}`];
    default:
      return [];
  }
}

/** Two rulings on the same: whom both would keep goes on; whom one of them would not has to refresh her token. */
const both = (known: Ruling | undefined, added: Ruling): Ruling =>
  known
    ? {
        at: Math.max(known.at, added.at),
        keptSessionId: known.keptSessionId === added.keptSessionId ? added.keptSessionId : null,
        forGood: known.forGood || added.forGood,
        message: added.message,
      }
    : added;

/**
 * Bounded: an entry goes once every token from before it has run out. Should more happen than there is room for,
 * the oldest entries go early and every token from before them is refused, whosesoever: she refreshes it.
 * @param now epoch milliseconds
 */
export function createRevocationList(now: () => number, limit = KEPT): RevocationList {
  const rulings = new Map<string, Ruling>();
  let everyoneBefore = 0;

  const forgetOld = (): void => {
    for (const [key, { at }] of rulings) {
      const isOver = at + TOKENS_LIVE_MS < now();
      if (!isOver && rulings.size <= limit) return;
      if (!isOver) everyoneBefore = Math.max(everyoneBefore, at + 1);
      rulings.delete(key);
    }
  };

  return {
    add({ revocation, at }) {
      const noted = notedOf(revocation);
      if (!noted || at + TOKENS_LIVE_MS < now()) return;
      const { key, keptSessionId = null, forGood = false, message } = noted;
      const ruling = both(rulings.get(key), { at, keptSessionId, forGood, message });
      // Put last again, so that the oldest stand first.
      rulings.delete(key);
      rulings.set(key, ruling);
      forgetOld();
    },
    refusalOf(bearer) {
      const { principal, issuedAt } = bearer;
      const sessionId = 'sessionId' in principal ? principal.sessionId : null;
      for (const key of keysOf(bearer)) {
        const ruling = rulings.get(key);
        if (!ruling || (ruling.keptSessionId !== null && ruling.keptSessionId === sessionId)) continue;
        if (ruling.forGood || (issuedAt !== undefined && issuedAt < ruling.at)) {
          return new Refusal('UNAUTHENTICATED', ruling.message);
        }
      }
      return issuedAt !== undefined && issuedAt < everyoneBefore ? new Refusal('UNAUTHENTICATED', CHANGED) : null;
    },
    get size() {
      return rulings.size;
    },
  };
}
