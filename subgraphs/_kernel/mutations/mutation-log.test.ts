import { describe, expect, it } from '@jest/globals';
import { contextFor, eventually, ACME } from '../../../tests/support/runtime.js';
import type { EventSignal } from '../events/event-signal.js';
import type { Outbox } from '../events/outbox.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import type { MutationAnswered, MutationEvents } from './mutation-answered.js';
import { createMutationLog } from './mutation-log.js';

const answer = (mutation: string): MutationAnswered => ({ mutation, by: 'ops', outcome: 'done', code: null, named: [] });

describe('the log of mutations', () => {
  it('neither fails nor loses anything while the database takes nothing', async () => {
    const context = contextFor(ACME);
    const written: { mutation: string; at: Date | undefined }[] = [];
    let isDown = true;
    const outbox: Outbox<MutationEvents> = {
      async emit(_db, _context, _type, payload, at) {
        if (isDown) throw new Error('the database takes nothing');
        written.push({ mutation: payload.mutation, at });
      },
    };
    const log = createMutationLog({
      tenants: { of: () => ({}) } as unknown as TenantDatabase,
      outbox,
      signal: { notify: () => undefined } as unknown as EventSignal,
      logger: context.logger,
    });
    const begun = Date.now();
    await log.note(context, [answer('one'), answer('two')]);
    expect(written).toEqual([]);
    isDown = false;
    await log.note(context, [answer('three')]);
    await eventually(async () => written.length === 3);
    expect(written.map(({ mutation }) => mutation)).toEqual(['three', 'one', 'two']);
    // When it was answered, not when it could be written.
    for (const { at } of written) expect((at?.getTime() ?? 0) - begun).toBeLessThan(900);
    await log.close();
  });
});
