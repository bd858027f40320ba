import { describe, expect, it } from '@jest/globals';
import { ACME, memberOf } from '../../../tests/support/runtime.js';
import type { SubgraphEndpoint } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import { ANONYMOUS, type Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { createActivityReporter } from './member-activity.js';

describe('the activity of members', () => {
  const reported = async (principals: readonly Principal[]): Promise<unknown> => {
    const bodies: unknown[] = [];
    const identity = {
      forward: ({ body }: { readonly body: Uint8Array }) => {
        bodies.push(JSON.parse(Buffer.from(body).toString('utf8')));
        return Promise.resolve({ status: 202, headers: {}, body: '' });
      },
    } as unknown as SubgraphEndpoint;
    let moment = Date.parse('2027-05-02T10:00:00Z');
    const activity = createActivityReporter({ identity, logger: createRecordingLogger().logger, now: () => (moment += 1_000) });
    const stage = activity.noting((request: { principal: Principal; tenant: typeof ACME }) => Promise.resolve(request));
    for (const principal of principals) await stage({ principal, tenant: ACME });
    await activity.stop();
    return bodies;
  };

  it('is reported once for each, at the last of her calls', async () => {
    const her = memberOf();
    if (her.kind !== 'member') throw new Error('Not a member');
    expect(await reported([her, her, her])).toEqual([
      [{ tenantId: ACME.id, userId: her.userId, lastActiveAt: '2027-05-02T10:00:03.000Z' }],
    ]);
  });

  it('is not of those who are nobody here, nor of those who act in her name', async () => {
    const impersonated = { ...memberOf(), impersonatorId: ACME.id } as Principal;
    expect(await reported([ANONYMOUS, impersonated])).toEqual([]);
  });

  it('is not of somebody who was turned away', async () => {
    const identity = { forward: () => Promise.reject(new Error('nothing was to be told')) } as unknown as SubgraphEndpoint;
    const activity = createActivityReporter({ identity, logger: createRecordingLogger().logger, now: () => 0 });
    const stage = activity.noting(() => Promise.reject<{ principal: Principal; tenant: typeof ACME }>(new Error('revoked')));
    await expect(stage({})).rejects.toThrow('revoked');
    await activity.stop();
  });
});
