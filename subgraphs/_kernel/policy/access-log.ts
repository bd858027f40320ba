import { crc32 } from 'node:zlib';
import type { Prisma } from '../../../prisma/generated/client.js';
import { isUuid, uuidv7 } from '../request/ids.js';
import type { Logger, RequestContext } from '../request/request-context.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import { actorIdOf } from '../wire/principal.js';
import type { TenantIdentity } from '../wire/tenant.js';
import type { PolicyAction, ResourceType } from './catalogue.js';
import type { Decision, PolicyResource } from './policy.js';

export interface LoggedDecision {
  readonly action: PolicyAction;
  readonly resource: { readonly type: ResourceType } & Partial<Pick<PolicyResource, 'id' | 'attributes'>>;
  readonly decision: Decision;
}

/** What was decided for whom. Writing never delays or fails the request that asked. */
export interface AccessLog {
  /** Keeps every denial, and what was allowed to a sample of the requests. */
  record(context: RequestContext, decided: LoggedDecision): void;
  /** Resolves when what was recorded so far has been written, or given up. */
  written(): Promise<void>;
  /** Writes what is left and takes no more. */
  close(): Promise<void>;
}

export interface AccessLogOptions {
  /** Share of the requests, 0 to 1, of which it is kept what they were allowed. */
  readonly allowedSample?: number;
  /** Decisions that wait to be written; beyond it what was allowed is dropped first. */
  readonly capacity?: number;
}

interface Entry {
  readonly tenant: TenantIdentity;
  readonly row: Prisma.AccessDecisionCreateManyInput;
}

const SAMPLE = 0.01;
const CAPACITY = 10_000;
const WRITE_EVERY_MS = 200;
const WRITTEN_AT_ONCE = 500;
const TRIES = 3;

/** One request is in the sample whole or not at all, and in every part of the platform alike. */
export const isSampled = (requestId: string, share: number): boolean => crc32(requestId) / 2 ** 32 < share;

function plainValue(value: PolicyResource['attributes'][string]): Prisma.InputJsonValue | null {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  return value;
}

const plain = (attributes: PolicyResource['attributes']): Prisma.InputJsonObject =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plainValue(value)]));

function entryOf(context: RequestContext, { action, resource, decision }: LoggedDecision): Entry {
  const { tenant, principal, origin, clock } = context;
  return {
    tenant,
    row: {
      id: uuidv7(),
      decidedAt: clock.now(),
      requestId: origin.requestId,
      actorId: actorIdOf(principal),
      actorKind: principal.kind,
      action,
      resourceType: resource.type,
      resourceId: resource.id ?? null,
      allowed: decision.allowed,
      layer: decision.layer,
      policyIds: decision.decidedBy.filter(isUuid),
      reasons: [...decision.reasons],
      errors: [...decision.errors],
      attributes: plain(resource.attributes ?? {}),
    },
  };
}

export function createAccessLog(tenants: TenantDatabase, logger: Logger, options: AccessLogOptions = {}): AccessLog {
  const { allowedSample = SAMPLE, capacity = CAPACITY } = options;
  let waiting: Entry[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  /** @returns whether there is room for one more */
  const makeRoom = (forDenial: boolean): boolean => {
    if (waiting.length < capacity) return true;
    dropped += 1;
    const least = forDenial ? waiting.findIndex(({ row }) => row.allowed) : -1;
    if (least === -1) return false;
    waiting.splice(least, 1);
    return true;
  };

  const write = async (tenant: TenantIdentity, rows: Prisma.AccessDecisionCreateManyInput[]): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // A batch whose answer was lost may be there already.
        await tenants.of({ tenant }).accessDecision.createMany({ data: rows, skipDuplicates: true });
        return;
      } catch (error) {
        if (attempt < TRIES) continue;
        logger.error({ err: error, tenantId: tenant.id, lost: rows.length }, 'access decisions not written');
        return;
      }
    }
  };

  const writeAll = async (): Promise<void> => {
    const entries = waiting;
    waiting = [];
    if (dropped > 0) {
      logger.warn({ dropped }, 'more access decisions than could be kept');
      dropped = 0;
    }
    const byTenant = new Map<string, { readonly tenant: TenantIdentity; readonly rows: Entry['row'][] }>();
    for (const { tenant, row } of entries) {
      const batch = byTenant.get(tenant.id) ?? { tenant, rows: [] };
      byTenant.set(tenant.id, batch);
      batch.rows.push(row);
    }
    for (const { tenant, rows } of byTenant.values()) {
      for (let at = 0; at < rows.length; at += WRITTEN_AT_ONCE) await write(tenant, rows.slice(at, at + WRITTEN_AT_ONCE));
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(writeAll);
    return writing;
  };

  return {
    record(context, decided) {
      const { allowed } = decided.decision;
      if (closed || (allowed && !isSampled(context.origin.requestId, allowedSample))) return;
      if (!makeRoom(!allowed)) return;
      waiting.push(entryOf(context, decided));
      timer ??= setTimeout(() => void flush(), WRITE_EVERY_MS).unref();
    },
    written: flush,
    async close() {
      closed = true;
      await flush();
    },
  };
}
