import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditMetaSafe } from './audit-meta-safe.js';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.c2lnbmF0dXJlLWJ5dGVz';

describe('audit meta', () => {
  test('loses passwords and tokens at any depth and keeps the address', () => {
    const meta = {
      password: 'hunter2',
      nested: { accessToken: 'abc', deeper: [{ otp: 123456, step: 2 }] },
      ip: '1.2.3.4',
    };
    expect(auditMetaSafe(meta)).toEqual({ nested: { deeper: [{ step: 2 }] }, ip: '1.2.3.4' });
  });

  test.each([
    'password',
    'newPassword2',
    'PASSWORD',
    'user_passwd',
    'passphrase',
    'passwordHash',
    'secret',
    'clientSecret',
    'clientsecret',
    'token',
    'access_token',
    'refreshToken',
    'idToken',
    'x-csrf-token',
    'apiKey',
    'x-api-key',
    'APIKey',
    'privateKey',
    'signing_key',
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'otp',
    'totpCode',
    'mfa_code',
    'recoveryCodes',
    'pin',
    'cvv',
    'cardNumber',
    'card_no',
    'creditCard',
    'credentials',
    'jwt',
    'pass',
    'SMTP_PASSWORD',
    'user.password',
    'ｐassword',
  ])('leaves out %s', (name) => {
    expect(auditMetaSafe({ [name]: 'x7', nested: { [name]: ['x7', { value: 'x7' }] } })).toEqual({
      nested: {},
    });
  });

  test.each([
    'key',
    'flagKey',
    'idempotencyKey',
    'code',
    'errorCode',
    'countryCode',
    'number',
    'invoiceNumber',
    'ip',
    'secretary',
    'tokenId',
    'passwordChangedAt',
    'cardLast4',
    'shipping',
    'company',
    'spinCount',
    'access_reason',
    'sessionId',
    'compass',
    'author',
  ])('keeps %s', (name) => {
    expect(auditMetaSafe({ [name]: 'x7' })).toEqual({ [name]: 'x7' });
  });

  test('keeps a yes or no under a secret name, which tells that there was one and not which', () => {
    expect(auditMetaSafe({ password: true, otp: null })).toEqual({ password: true, otp: null });
  });

  test('loses the values of a field that is named beside them', () => {
    expect(
      auditMetaSafe({
        changes: [
          { field: 'password', before: 'a1', after: 'b2' },
          { field: 'email', before: 'a', after: 'b' },
        ],
      }),
    ).toEqual({
      changes: [{ field: 'password' }, { field: 'email', before: 'a', after: 'b' }],
    });
    expect(
      auditMetaSafe({
        headers: [
          ['Authorization', 'opaque'],
          ['Accept', 'text/html'],
        ],
      }),
    ).toEqual({
      headers: [
        ['Authorization', '[redacted]'],
        ['Accept', 'text/html'],
      ],
    });
  });

  test.each([
    [`rejected ${JWT} at the door`, 'rejected [redacted] at the door'],
    ['Authorization: Bearer abc.def', 'Authorization: [redacted]'],
    ['sent Bearer abcDEF123456 twice', 'sent Bearer [redacted] twice'],
    ['paid with 4242 4242 4242 4242 today', 'paid with [redacted] today'],
    ['order 12 4111-1111-1111-1111 12', 'order 12 [redacted] 12'],
    ['amex 378282246310005.', 'amex [redacted].'],
    ['postgres://app:pa55@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
    ['/reset?email=a@b.c&token=abc&lang=en', '/reset?email=a@b.c&token=[redacted]&lang=en'],
    ['/callback?code=abc&state=1', '/callback?code=[redacted]&state=1'],
    ['{"password":"hunter2","a":1}', '{"password":"[redacted]","a":1}'],
    ['Cookie: sid=abc; theme=dark\nnext line', 'Cookie: [redacted]\nnext line'],
    ['Cookie: theme="dark"; sid=abc', 'Cookie: [redacted]'],
    ['key sk_live_abcdefgh12345678', 'key [redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nend', '[redacted]\nend'],
  ])('replaces the shape of a secret inside a text: %s', (text, expected) => {
    expect(auditMetaSafe({ note: text })).toEqual({ note: expected });
  });

  test.each([
    'token count: 5',
    'basic information updated',
    'exit code: 1',
    'call 1732161234567',
    '0198f2c4-1111-4111-8111-111111111111',
    'shipping: tomorrow',
    'the secretary said: yes',
    'bkg_01980000000041111111111111111111',
  ])('leaves an ordinary text alone: %s', (text) => {
    expect(auditMetaSafe({ note: text })).toEqual({ note: text });
  });

  test('replaces a card number that came as a number, and keeps a time in milliseconds', () => {
    expect(auditMetaSafe({ a: 4242424242424242, b: 4242424242424242n, at: 1732161234567 })).toEqual({
      a: '[redacted]',
      b: '[redacted]',
      at: 1732161234567,
    });
  });

  test('turns whatever JavaScript offers into plain JSON', () => {
    const meta = {
      date: new Date(0),
      bad: new Date(Number.NaN),
      big: 12n,
      nan: Number.NaN,
      none: undefined,
      call: () => 1,
      bytes: Buffer.from('pw'),
      map: new Map<string, unknown>([
        ['password', 'x'],
        ['kept', 1],
      ]),
      set: new Set([1]),
      error: new Error('token=abc'),
    };
    expect(auditMetaSafe(meta)).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      bad: null,
      big: '12',
      nan: null,
      bytes: '[2 bytes]',
      map: { kept: 1 },
      set: [1],
      error: { name: 'Error', message: 'token=[redacted]' },
    });
  });

  test('survives cycles, shared branches, hostile getters and great size', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle['self'] = cycle;
    expect(auditMetaSafe(cycle)).toEqual({ a: 1, self: '[circular]' });

    const hostile = Object.defineProperty({ kept: 1 }, 'thrown', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(auditMetaSafe({ hostile })).toEqual({ hostile: { kept: 1, thrown: '[unreadable]' } });
    expect(
      auditMetaSafe(JSON.parse('{"__proto__":{"admin":true},"a":1}') as Record<string, unknown>),
    ).toEqual({ a: 1 });

    let shared: unknown = 'leaf';
    for (let level = 0; level < 40; level += 1) shared = [shared, shared, shared];
    const size = JSON.stringify(
      auditMetaSafe({ shared, text: 'x'.repeat(1_000_000), many: new Array(1_000_000).fill(1) }),
    ).length;
    expect(size).toBeLessThan(20_000);
  });

  test('comes to an end on texts made to be slow', () => {
    // An expression that goes back and forth over such a text would not be done in hours.
    for (const piece of [
      'eyJa',
      'a:',
      '1 ',
      'token',
      '-----BEGIN PRIVATE KEY-----',
      'A',
      'http://',
      'pass=\\',
      'bearer ',
    ]) {
      auditMetaSafe({ a: piece.repeat(100_000), [piece.repeat(10_000)]: 1 });
    }
  });

  test('filtered twice is filtered once, and is the same after a JSON round trip', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      maxDepth: 4,
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), (meta) => {
        const once = auditMetaSafe(meta);
        expect(JSON.parse(JSON.stringify(once))).toEqual(once);
        expect(auditMetaSafe(once)).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  test('never shows a planted secret, wherever it is planted', () => {
    const name = fc.constantFrom('password', 'nested_token', 'API-Key', 'sessionCookie', 'cardNumber');
    const secret = fc.constantFrom(JWT, 'plant3d-value', '4242424242424242');
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.tuple(name, secret).map(([key, value]) => ({ [key]: value, kept: 1 })),
        fc.tuple(name, secret).map(([field, after]) => ({ field, after })),
        secret.map((value) => `token=${value};`),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (meta) => {
        expect(JSON.stringify(auditMetaSafe({ meta }))).not.toMatch(/eyJ|plant3d|42424242/);
      }),
      { numRuns: 300 },
    );
  });
});
