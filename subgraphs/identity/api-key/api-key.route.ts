import { z } from 'zod';
import { gatewayCountsRoute } from '../../_kernel/http/gateway-counts-route.js';
import { json } from '../../_kernel/http/json-route.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { API_KEY_PATH, API_KEY_USES_PATH, type KnownApiKey } from '../../_kernel/wire/api-key.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { addUses, findStandingKey, type ApiKeyRow } from './api-key.store.js';

const HASH = /^[0-9a-f]{64}$/;

const count = z.object({
  tenantId: z.uuid(),
  apiKeyId: z.uuid(),
  uses: z.int().positive(),
  lastUsedAt: z.iso.datetime(),
});

const known = (row: ApiKeyRow): KnownApiKey => ({
  tenantId: row.tenantId,
  apiKeyId: row.id,
  serviceAccountId: row.serviceAccountId,
  permissions: TENANT_PERMISSIONS.filter((permission) => row.permissions.includes(permission)),
  hourlyLimit: row.hourlyLimit,
  registeredClient: row.registeredClient,
  expiresAt: row.expiresAt?.toISOString() ?? null,
});

/** Answers the gateway whose a key is. */
export const apiKeyRoute = ({ db }: PlatformDatabase, clock: Clock): SubgraphRoute => ({
  method: 'GET',
  path: API_KEY_PATH,
  async handle({ search }, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const hash = new URLSearchParams(search).get('hash') ?? '';
    const key = HASH.test(hash) ? await findStandingKey(db, hash, clock.now()) : null;
    return key ? json(200, known(key)) : json(404);
  },
});

/** Takes the gateway's report of what was used. */
export const apiKeyUsesRoute = ({ db }: PlatformDatabase): SubgraphRoute =>
  gatewayCountsRoute(API_KEY_USES_PATH, { count, keep: (uses) => addUses(db, uses) });
