import { describe, expect, it } from '@jest/globals';
import { ACME, contextFor, eventually } from '../../../tests/support/runtime.js';
import type { EventSignal } from '../events/event-signal.js';
import type { Outbox } from '../events/outbox.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import { ANONYMOUS } from '../wire/principal.js';
import type { MutationAnswered, MutationEvents } from './mutation-answered.js';
import { createMutationLog } from './mutation-log.js';

const answer = (mutation: string): MutationAnswered => ({ mutation, by: 'ops', outcome: 'done', code: null, named: [] });

describe('the log of mutations', () => {
  it('neither fails nor loses anything while the database takes nothing', async () => {
    const answeredAt = new Date('2027-01-04T10:00:00Z');
    let now = answeredAt;
    const context = contextFor(ACME, ANONYMOUS, { now: () => now });
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
    await log.note(context, [answer('one'), answer('two')]);
    expect(written).toEqual([]);
    isDown = false;
    await log.note(context, [answer('three')]);
    now = new Date('2027-01-04T11:00:00Z');
    await eventually(async () => written.length === 3);
    expect(written.map(({ mutation }) => mutation)).toEqual(['three', 'one', 'two']);
    // When it was answered, not when it could be written.
    expect(written.map(({ at }) => at)).toEqual([answeredAt, answeredAt, answeredAt]);
    await log.close();
  });
});
