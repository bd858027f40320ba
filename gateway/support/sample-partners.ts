import { createHash } from 'node:crypto';
import {
  OPERATION_USES_PATH,
  REGISTERED_OPERATION_PATH,
  type OperationUse,
  type RegisteredOperation,
  type Retirement,
} from '../../subgraphs/_kernel/wire/registered-operations.js';
import type { RouteRequest, RouteResponse } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { AuthenticationStrategy } from '../stages/authentication/authentication.js';
import { createSampleEndpoints, type SampleEndpoints } from './sample-endpoints.js';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `Authorization: Partner <client>` is a key that is confined to that client; `Service` one that is not. */
export const partnerStrategy: AuthenticationStrategy = {
  name: 'partner',
  async authenticate({ authorization, tenant }) {
    const [scheme, client = ''] = (authorization ?? '').split(' ');
    if (scheme !== 'Partner' && scheme !== 'Service') return null;
    return {
      principal: {
        kind: 'service',
        serviceAccountId: 'sa1',
        apiKeyId: `key-${client}`,
        permissions: ['appointments:create'],
        hourlyLimit: 1_000_000,
        registeredClient: scheme === 'Partner' ? client : null,
      },
      tenantId: tenant.id,
      expiresAt: null,
    };
  },
};

export interface SampleRegister {
  readonly sample: SampleEndpoints;
  /** Every use that was reported. */
  readonly reported: OperationUse[];
  /** How often an operation was looked up. */
  lookups(): number;
  /** @returns the id */
  register(of: { readonly tenant: TenantIdentity; readonly client: string; readonly body: string; readonly retirement?: Retirement }): string;
  retire(id: string, retirement: Retirement): void;
  /** Whether identity answers look-ups. */
  available: boolean;
}

/** Sample subgraphs whose identity knows registered operations. */
export function createSampleRegister(): SampleRegister {
  const plain = createSampleEndpoints();
  const operations: { tenantId: string; operation: RegisteredOperation }[] = [];
  const reported: OperationUse[] = [];
  let lookups = 0;

  const json = (status: number, value: unknown): RouteResponse => ({ status, headers: {}, body: JSON.stringify(value) });

  const answer = ({ path, search, body }: RouteRequest, tenantId: string): RouteResponse | null => {
    if (path === OPERATION_USES_PATH) {
      reported.push(...(JSON.parse(Buffer.from(body).toString('utf8')) as OperationUse[]));
      return json(202, {});
    }
    if (path !== REGISTERED_OPERATION_PATH) return null;
    lookups += 1;
    if (!register.available) throw new Error('identity is away');
    const query = new URLSearchParams(search);
    const client = query.get('client');
    const found = operations.find(
      ({ tenantId: owner, operation }) =>
        owner === tenantId && operation.documentId === query.get('id') && (client === null || operation.client === client),
    );
    return found ? json(200, found.operation) : json(404, {});
  };

  const register: SampleRegister = {
    sample: createSampleEndpoints({
      identity: {
        forward: async (request, envelope) =>
          answer(request, envelope.tenant.id) ?? plain.endpoints.identity.forward(request, envelope),
      },
    }),
    reported,
    lookups: () => lookups,
    available: true,
    register({ tenant, client, body, retirement = null }) {
      const documentId = sha256(body);
      const [, type = 'query', name = ''] = /^(\w+) (\w+)/.exec(body) ?? [];
      operations.push({
        tenantId: tenant.id,
        operation: {
          ownerId: tenant.id,
          registrationId: `${tenant.slug}-${client}-${name}`,
          client,
          documentId,
          name,
          type: type.toUpperCase() as RegisteredOperation['type'],
          body,
          retirement,
        },
      });
      return documentId;
    },
    retire(id, retirement) {
      for (const entry of operations) {
        if (entry.operation.documentId === id) entry.operation = { ...entry.operation, retirement };
      }
    },
  };
  return register;
}
