import type DataLoader from 'dataloader';
import type { Principal } from '../wire/principal.js';
import type { RequestOrigin } from '../wire/envelope.js';
import type { TenantIdentity } from '../wire/tenant.js';
import type { Clock } from './clock.js';

/** The part of a structured logger that services use; pino satisfies it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: Record<string, unknown>): Logger;
}

/** A batched read: keys in, one value per key in the same order. */
export interface LoaderDefinition<Key, Value> {
  readonly name: string;
  readonly batch: (context: RequestContext, keys: readonly Key[]) => Promise<readonly (Value | Error)[]>;
  /** Identity of a key that is not a string or number. */
  readonly cacheKey?: (key: Key) => string;
}

/**
 * A batched read of what looks the same to everybody in a tenant: it is told the tenant and not who asks. What it
 * has read may serve several requests of that tenant, as those that follow the same event.
 */
export interface TenantLoaderDefinition<Key, Value> extends Omit<LoaderDefinition<Key, Value>, 'batch'> {
  readonly ofTenant: true;
  readonly batch: (
    context: Pick<RequestContext, 'tenant'>,
    keys: readonly Key[],
  ) => Promise<readonly (Value | Error)[]>;
}

/** The DataLoaders of one request, made when first asked for. */
export interface RequestLoaders {
  of<Key, Value>(
    context: RequestContext,
    definition: LoaderDefinition<Key, Value> | TenantLoaderDefinition<Key, Value>,
  ): DataLoader<Key, Value, unknown>;
  /** Forgets what was read, after a write of the same request. */
  clear(): void;
}

/**
 * What a piece of work knows of the request it belongs to: the explicit first argument of every use case.
 * It holds facts, never services; a service that could be reached from here would be reached from anywhere.
 */
export interface RequestContext {
  readonly tenant: TenantIdentity;
  readonly principal: Principal;
  /** Request id and client, for the audit trail and for sessions. */
  readonly origin: RequestOrigin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Batches reads of this request; never shared with another. */
  readonly loaders: RequestLoaders;
}
