import { describe, expect, test } from '@jest/globals';
import { SpineInputError } from '../input-error.js';
import { AUDIT_ACTIONS, makeAuditEntry, type AuditEntryInput } from './audit.js';

const login: AuditEntryInput = {
  tsISO: '2026-03-01T09:30:00.000Z',
  env: 'prod',
  action: 'AUTH_LOGIN',
  actorUserId: 'user_123',
  surface: 'api',
  meta: { ip: '1.2.3.4' },
};

describe('an audit entry', () => {
  test('carries what it was made from, an id, and null for what was not given', () => {
    expect(makeAuditEntry(login)).toEqual({
      ...login,
      id: expect.stringMatching(/^aud_[0-9a-f]{32}$/),
      tenantId: null,
      subjectUserId: null,
    });
  });

  test('has the same id for the same input, whatever the order of its meta', () => {
    const one = makeAuditEntry({ ...login, meta: { a: 1, b: 2 } });
    const other = makeAuditEntry({ ...login, meta: { b: 2, a: 1 } });
    expect(other.id).toBe(one.id);
  });

  test('has another id when any field differs', () => {
    const variants: AuditEntryInput[] = [
      login,
      { ...login, tsISO: '2026-03-01T09:30:00.001Z' },
      { ...login, env: 'staging' },
      { ...login, action: 'AUTH_LOGOUT' },
      { ...login, actorUserId: 'user_124' },
      { ...login, subjectUserId: 'user_123' },
      { ...login, tenantId: 'user_123' },
      { ...login, surface: 'admin_panel' },
      { ...login, meta: { ip: '1.2.3.5' } },
      { ...login, meta: undefined },
    ];
    expect(new Set(variants.map((input) => makeAuditEntry(input).id)).size).toBe(variants.length);
  });

  test('is filtered, and its id does not depend on what was filtered out', () => {
    const one = makeAuditEntry({ ...login, meta: { password: 'one' } });
    const other = makeAuditEntry({ ...login, meta: { password: 'other' } });
    expect(one.meta).toEqual({});
    expect(other.id).toBe(one.id);
  });

  test('knows exactly eighteen actions', () => {
    expect(new Set(AUDIT_ACTIONS).size).toBe(18);
    for (const action of AUDIT_ACTIONS) expect(makeAuditEntry({ ...login, action }).action).toBe(action);
  });

  test.each<[string, Record<string, unknown>]>([
    ['action', { action: 'AUTH_LOGINS' }],
    ['env', { env: 'production' }],
    ['tsISO', { tsISO: '2026-02-30T00:00:00Z' }],
    ['tsISO', { tsISO: '2026-03-01' }],
    ['actorUserId', { actorUserId: ' ' }],
    ['tenantId', { tenantId: '' }],
    ['subjectUserId', { subjectUserId: 7 }],
    ['surface', { surface: undefined }],
  ])('is refused with a wrong %s', (field, change) => {
    const refused = () => makeAuditEntry({ ...login, ...change });
    expect(refused).toThrow(SpineInputError);
    expect(refused).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
  });
});
