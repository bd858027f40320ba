import { setTimeout as delay } from 'node:timers/promises';
import type { RevocationEntry } from '../../subgraphs/_kernel/wire/revocations.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../logger.js';
import { Refusal } from '../refusal.js';
import type { Stage } from '../request.js';
import type { ApiKeyDirectory } from '../stages/authentication/api-key-directory.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';
import type { TenantDirectory } from '../stages/tenant/tenant-directory.js';
import { refusalOfTenant } from '../stages/tenant/tenant.js';
import { createLostDomains, type DomainParts } from './lost-domains.js';
import { createOpenSessions, type OpenSessions } from './open-sessions.js';
import { followRevocations } from './revocation-feed.js';
import { createRevocationList } from './revocation-list.js';

export interface RevocationObserver {
  /** How many seconds ago everything was known that had been taken back; asked for each time figures are read. */
  revocationsKnown(ageSeconds: () => number): void;
}

export interface RevocationParts {
  readonly identity: SubgraphEndpoint;
  readonly tenancy: SubgraphEndpoint;
  readonly directory: DomainParts['directory'] & Pick<TenantDirectory, 'forget'>;
  readonly issuers: DomainParts['issuers'];
  readonly keys: Pick<ApiKeyDirectory, 'forget'>;
  /** Milliseconds without news of what was taken back after which nobody signed in is served. */
  readonly staleAfterMs: number;
  readonly observer: RevocationObserver;
  readonly logger: GatewayLogger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the gateway does about that which was good once and is no longer. */
export interface Revocations {
  /** Refuses what was taken back, however genuine. */
  readonly stage: Stage<IdentifiedRequest, IdentifiedRequest>;
  /** Connections that are ended when what opened them is taken back. */
  readonly sessions: OpenSessions;
  /** Resolves once everything that can still matter is known, and after `timeoutMs` in any case. */
  caughtUp(timeoutMs: number): Promise<void>;
  stop(): void;
}

const CHECK_EVERY_MS = 1_000;

/**
 * Follows what identity and tenancy take back. While they cannot be reached, what is known holds and everyone is
 * served; after a while nobody signed in is, because a company that bans somebody relies on it, and a token would
 * otherwise be good for a quarter of an hour more. Who is not signed in is served on: nothing of hers can be taken.
 */
export function createRevocations(parts: RevocationParts): Revocations {
  const { directory, keys, staleAfterMs, logger, now } = parts;
  const list = createRevocationList(now);
  const sessions = createOpenSessions();
  const domains = createLostDomains(parts, sessions);
  const startedAt = now();

  const apply = ({ revocation, at }: RevocationEntry): void => {
    list.add({ revocation, at });
    if (revocation.kind === 'tenant') {
      directory.forget(revocation.tenant.id);
      sessions.know(revocation.tenant);
      void domains.look(revocation.tenant.id);
    }
    if (revocation.kind === 'api-key') keys.forget(revocation.apiKeyId);
  };

  const refusalOf = (caller: IdentifiedRequest): Refusal | null => list.refusalOf(caller) ?? refusalOfTenant(caller);

  const onEntries = (entries: readonly RevocationEntry[]): void => {
    entries.forEach(apply);
    sessions.endThose(refusalOf);
  };

  const feeds = [parts.identity, parts.tenancy].map((endpoint) => followRevocations({ endpoint, logger, now, onEntries }));
  const [identityFeed] = feeds;

  /** Of identity only: a company's standing is looked up again every half minute also without being told. */
  const ageMs = (): number => now() - (identityFeed?.currentTo() ?? startedAt);
  parts.observer.revocationsKnown(() => ageMs() / 1_000);

  const stale = ({ principal }: IdentifiedRequest): Refusal | null =>
    principal.kind !== 'anonymous' && ageMs() > staleAfterMs
      ? new Refusal('SUBGRAPH_UNAVAILABLE', 'Sign-ins cannot be checked at the moment', { headers: { 'retry-after': '5' } })
      : null;

  const timer = setInterval(() => {
    if (ageMs() > staleAfterMs) sessions.endThose(stale);
  }, CHECK_EVERY_MS);
  timer.unref();

  return {
    sessions,
    async stage(request) {
      const refusal = list.refusalOf(request) ?? stale(request);
      if (refusal) throw refusal;
      return request;
    },
    async caughtUp(timeoutMs) {
      await Promise.race([
        Promise.all(feeds.map((feed) => feed.caughtUp)),
        delay(timeoutMs, undefined, { ref: false }),
      ]);
    },
    stop() {
      clearInterval(timer);
      for (const feed of feeds) feed.stop();
    },
  };
}
