import { z } from 'zod';
import { ConflictError, NotFoundError, RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { TenancyEvents } from '../events.js';
import { lockOwnTenant } from '../settings/lock-own-tenant.js';
import { identityOf } from '../tenant/tenant.js';
import type { DnsReader } from './dns-reader.js';
import { findRecords, problemOf, showsOwnership, type FoundRecords } from './domain-check.js';
import { afterCheck, dangling, domainKindSchema, MOST_DOMAINS, newDomainToken, type DomainKind } from './domain.js';
import {
  countDomains,
  deleteDomain,
  findDomain,
  findDomains,
  findDueDomains,
  findTenant,
  insertDomain,
  lockClaims,
  writeCheck,
  type DomainRow,
} from './domain.store.js';
import { hostSchema } from './host-name.js';

/** The DNS is asked about one host at most this often on somebody's word. */
const ASK_AGAIN_AFTER_MS = 1_000;
const AT_ONCE = 20;
const MOST_ROUNDS = 50;

export interface DomainService {
  /**
   * Says that a host is the company's own. It answers there once `verify` has found the records that prove it.
   * @throws {ForbiddenError} without `settings:update` @throws {ValidationError}
   * @throws {ConflictError} for a host it has said so of before, and for more than twenty
   */
  add(context: RequestContext, input: { readonly host: string; readonly kind: string }): Promise<DomainRow>;
  /** The company's own, oldest first. @throws {ForbiddenError} without `settings:read` */
  list(context: RequestContext): Promise<readonly DomainRow[]>;
  /**
   * Looks at a host's records now. What is missing is said by the domain's `problem`.
   * @throws {ForbiddenError} without `settings:update` @throws {NotFoundError}
   * @throws {RateLimitedError} within a second of the last look
   */
  verify(context: RequestContext, id: string): Promise<DomainRow>;
  /** It stops resolving at once. @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} */
  remove(context: RequestContext, id: string): Promise<DomainRow>;
  /** Looks at the records of every host that is due. Safe to run again at any time. */
  watch(context: RequestContext): Promise<void>;
  /** Where a company's hosts have to lead. */
  targetOf(context: Pick<RequestContext, 'tenant'>): string;
}

export function createDomainService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
  readonly dns: DnsReader;
  /** Under which companies have their subdomains. */
  readonly baseDomain: string;
}): DomainService {
  const { tenants, platform, outbox, dns, baseDomain } = parts;
  const newDomainSchema = z.object({ host: hostSchema(baseDomain), kind: domainKindSchema });
  const targetOf = (slug: string): string => `${slug}.${baseDomain}`;

  const changed = async (
    db: PlatformDb,
    context: RequestContext,
    domain: DomainRow,
    change: TenancyEvents['tenancy.domain_changed']['change'],
  ): Promise<void> => {
    const owner = await findTenant(db, domain.tenantId);
    if (!owner) return;
    const { id: domainId, host, kind, status, problem } = domain;
    const inside = { ...context, tenant: identityOf(owner) };
    await outbox.emit(db, inside, 'tenancy.domain_changed', { domainId, host, kind, status, problem, change });
  };

  /** Keeps what a check has found, and tells everybody when it changed where a host leads. */
  const settle = async (
    db: PlatformDb,
    context: RequestContext,
    before: DomainRow,
    checked: Parameters<typeof writeCheck>[2],
  ): Promise<DomainRow> => {
    const after = await writeCheck(db, before, checked);
    if (after.status !== before.status) {
      await changed(db, context, after, after.status === 'VERIFIED' ? 'VERIFIED' : 'DANGLING');
    }
    return after;
  };

  /**
   * Another company holds the host. It keeps it as long as its own record stands; where that is gone and the newcomer's
   * is there, the host has changed hands.
   * @returns whether the host is free to be taken
   */
  const release = async (
    db: PlatformDb,
    context: RequestContext,
    holder: DomainRow,
    found: FoundRecords,
  ): Promise<boolean> => {
    if (showsOwnership(found, holder.host, holder.token)) return false;
    const now = context.clock.now();
    await settle(db, context, holder, { ...dangling(holder, now), problem: 'TXT_MISSING', checkedAt: now });
    return true;
  };

  const check = async (context: RequestContext, { tenantId, id, host }: DomainRow): Promise<DomainRow> => {
    const tenant = await findTenant(platform.db, tenantId);
    if (!tenant) throw new NotFoundError('Domain');
    const found = await findRecords(dns, host, targetOf(tenant.slug));
    return platform.transaction(async (db) => {
      const claims = await lockClaims(db, host);
      const own = claims.find((claim) => claim.tenantId === tenantId && claim.id === id);
      if (!own) throw new NotFoundError('Domain');
      const holder = claims.find((claim) => claim !== own && claim.status === 'VERIFIED');
      const problem = problemOf(found, host, own.token);
      const isHeld = problem === null && holder !== undefined && !(await release(db, context, holder, found));
      return settle(db, context, own, afterCheck(own, isHeld ? 'HELD_BY_ANOTHER' : problem, context.clock.now()));
    });
  };

  return {
    targetOf: ({ tenant }) => targetOf(tenant.slug),

    async add(context, input) {
      requirePermission(context, 'settings:update');
      const { host, kind } = validate(newDomainSchema, input);
      const now = context.clock.now();
      return tenants.transaction(context, async (db) => {
        await lockOwnTenant(db);
        if ((await countDomains(db)) >= MOST_DOMAINS) {
          throw new ConflictError(`A company has at most ${MOST_DOMAINS} domains; remove one first`);
        }
        const fresh = { id: uuidv7(), host, kind, token: newDomainToken(), createdAt: now, nextCheckAt: now };
        const domain = await insertDomain(db, fresh);
        if (!domain) throw new ConflictError(`${host} is among your domains already`);
        await outbox.emit(db, context, 'tenancy.domain_changed', {
          domainId: domain.id,
          host,
          kind: kind satisfies DomainKind,
          status: domain.status,
          problem: null,
          change: 'ADDED',
        });
        return domain;
      });
    },

    async list(context) {
      requirePermission(context, 'settings:read');
      return findDomains(tenants.of(context));
    },

    async verify(context, id) {
      requirePermission(context, 'settings:update');
      const domain = await findDomain(tenants.of(context), id);
      if (!domain) throw new NotFoundError('Domain');
      const sinceMs = domain.checkedAt ? context.clock.now().getTime() - domain.checkedAt.getTime() : Infinity;
      if (sinceMs < ASK_AGAIN_AFTER_MS) throw new RateLimitedError('The records were looked at just now', 1);
      return check(context, domain);
    },

    async remove(context, id) {
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const domain = await deleteDomain(db, id);
        if (!domain) throw new NotFoundError('Domain');
        const { host, kind, status, problem } = domain;
        await outbox.emit(db, context, 'tenancy.domain_changed', { domainId: id, host, kind, status, problem, change: 'REMOVED' });
        return domain;
      });
    },

    async watch(context) {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const due = await findDueDomains(platform.db, context.clock.now(), AT_ONCE);
        const results = await Promise.allSettled(due.map((domain) => check(context, domain)));
        const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
        for (const error of failed) context.logger.error({ err: error }, 'a domain could not be checked');
        if (due.length < AT_ONCE || failed.length > 0) return;
      }
    },
  };
}
