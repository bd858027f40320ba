import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SpineInputError } from '../input-error.js';
import { FeatureFlagController, type FlagDefinition } from './flag-controller.js';
import type { FlagChange, FlagScope, FlagStore } from './flag-store.js';
import type { FlagValue } from './flag-value.js';

class MapFlagStore implements FlagStore {
  readonly changes: FlagChange[] = [];
  readonly #values = new Map<string, FlagValue>();

  async read(scope: FlagScope): Promise<FlagValue | undefined> {
    return this.#values.get(JSON.stringify(scope));
  }

  async replace(
    scope: FlagScope,
    describeChange: (oldValue: FlagValue | undefined) => FlagChange,
  ): Promise<FlagChange> {
    const change = describeChange(this.#values.get(JSON.stringify(scope)));
    this.#values.set(JSON.stringify(scope), change.newValue);
    this.changes.push(change);
    return change;
  }
}

function newController(definitions: readonly FlagDefinition[] = []) {
  const store = new MapFlagStore();
  const controller = new FeatureFlagController(store, 'prod', {
    definitions,
    now: () => new Date('2026-03-01T09:30:00Z'),
  });
  const set = (key: string, newValue: FlagValue, tenantId?: string) =>
    controller.setFlag({ key, newValue, actorUserId: 'admin_123', tenantId, reason: 'because' });
  return { store, controller, set };
}

describe('the flag controller', () => {
  test('gives a tenant its own value, everyone else the global one', async () => {
    const { controller, set } = newController();
    await set('new_dashboard', false);
    await set('new_dashboard', true, 'a');
    expect(await controller.getBool('new_dashboard', 'a')).toBe(true);
    expect(await controller.getBool('new_dashboard', 'b')).toBe(false);
    expect(await controller.getBool('new_dashboard')).toBe(false);
  });

  test('gives the declared default until a value is set, and nothing without one', async () => {
    const { controller, set } = newController([
      { key: 'advanced_analytics', type: 'BOOLEAN', defaultValue: true },
    ]);
    expect(await controller.getBool('advanced_analytics', 'a')).toBe(true);
    await set('advanced_analytics', false);
    expect(await controller.getBool('advanced_analytics', 'a')).toBe(false);
    expect(await controller.getBool('nobody_knows_it')).toBe(false);
    expect(await controller.getNumber('nobody_knows_it')).toBe(0);
    expect(await controller.getString('nobody_knows_it')).toBe('');
    expect(await controller.getJson('nobody_knows_it')).toBeNull();
  });

  test('follows tenant over global over default, whatever order they were set in', async () => {
    const step = fc.record({ tenantId: fc.constantFrom(undefined, 'a', 'b'), newValue: fc.integer() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { controller, set } = newController([{ key: 'limit', type: 'NUMBER', defaultValue: 7 }]);
        for (const { tenantId, newValue } of steps) await set('limit', newValue, tenantId);
        const last = (tenantId: string | undefined) =>
          steps.findLast((each) => each.tenantId === tenantId)?.newValue;
        for (const tenantId of ['a', 'b', 'c']) {
          expect(await controller.getNumber('limit', tenantId)).toBe(last(tenantId) ?? last(undefined) ?? 7);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('keeps values of all four types', async () => {
    const { controller, set } = newController();
    await set('bool', true);
    await set('number', 0.25);
    await set('string', 'google');
    await set('json', { allow: ['a'] });
    expect(await controller.getBool('bool')).toBe(true);
    expect(await controller.getNumber('number')).toBe(0.25);
    expect(await controller.getString('string')).toBe('google');
    expect(await controller.getJson('json')).toEqual({ allow: ['a'] });
  });

  test('refuses a value or a reading of another type than the flag has', async () => {
    const { controller, set, store } = newController([{ key: 'limit', type: 'NUMBER', defaultValue: 1 }]);
    await expect(set('limit', 'ten')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'newValue' });
    await set('first_boolean', true);
    await expect(set('first_boolean', 1)).rejects.toMatchObject({ field: 'newValue' });
    await expect(set('first_boolean', 1, 'a')).rejects.toMatchObject({ field: 'newValue' });
    await expect(controller.getString('first_boolean')).rejects.toMatchObject({ field: 'key' });
    expect(store.changes).toHaveLength(1);
    expect(
      () =>
        new FeatureFlagController(store, 'prod', {
          definitions: [{ key: 'x', type: 'STRING', defaultValue: 1 }],
        }),
    ).toThrow(SpineInputError);
  });

  test('records every change with old and new value, actor, time and reason', async () => {
    const { set, store } = newController();
    const first = await set('new_checkout_flow', false);
    await set('new_checkout_flow', true);
    expect(
      store.changes.map(({ oldValue, hadValue, newValue }) => ({ oldValue, hadValue, newValue })),
    ).toEqual([
      { oldValue: null, hadValue: false, newValue: false },
      { oldValue: false, hadValue: true, newValue: true },
    ]);
    expect(first).toMatchObject({
      id: expect.stringMatching(/^fch_[0-9a-f]{32}$/),
      env: 'prod',
      key: 'new_checkout_flow',
      tenantId: null,
      actorUserId: 'admin_123',
      reason: 'because',
      changedAtISO: '2026-03-01T09:30:00.000Z',
    });
  });

  test('lets a JSON flag be set to null over its default', async () => {
    const { controller, set } = newController([{ key: 'json', type: 'JSON', defaultValue: { a: 1 } }]);
    await set('json', null);
    expect(await controller.getJson('json')).toBeNull();
  });

  test('gives a copy, so that a reader cannot change what others read', async () => {
    const { controller, set } = newController();
    const value = { allow: ['a'] };
    await set('json', value);
    value.allow.push('b');
    const read = (await controller.getJson('json')) as { allow: string[] };
    read.allow.push('c');
    expect(await controller.getJson('json')).toEqual({ allow: ['a'] });
  });

  test.each<[string, Record<string, unknown>]>([
    ['key', { key: '' }],
    ['key', { key: '1st' }],
    ['actorUserId', { actorUserId: '' }],
    ['reason', { reason: '   ' }],
    ['tenantId', { tenantId: '' }],
    ['newValue', { newValue: Number.NaN }],
    ['newValue', { newValue: undefined }],
    ['newValue.at', { newValue: { at: new Date() } }],
  ])('refuses a change with a wrong %s and changes nothing', async (field, wrong) => {
    const { controller, store } = newController();
    const input = { key: 'flag', newValue: true, actorUserId: 'admin_123', reason: 'because', ...wrong };
    await expect(controller.setFlag(input as never)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(store.changes).toEqual([]);
  });

  test('refuses an empty tenant id, which would read the global value for a lost tenant', async () => {
    const { controller } = newController();
    await expect(controller.getBool('flag', '')).rejects.toMatchObject({ field: 'tenantId' });
  });
});
