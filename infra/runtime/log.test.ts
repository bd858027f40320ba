import { describe, expect, it } from '@jest/globals';

import { createLogger } from './log.js';

function logged(entry: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  createLogger({ name: 'gateway', level: 'info', destination: { write: (line) => lines.push(line) } }).info(entry, 'said');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('a log line', () => {
  it('is one JSON object with its level as a word and its time as an instant', () => {
    const line = logged({ tenant: 'acme' });
    expect(line).toMatchObject({ level: 'info', name: 'gateway', tenant: 'acme', msg: 'said' });
    expect(new Date(String(line['time'])).toISOString()).toBe(line['time']);
  });

  it('never holds a secret, however deep in a request it stands', () => {
    const line = logged({
      password: 'hunter2',
      request: {
        method: 'POST',
        headers: { authorization: 'Bearer hunter2', cookie: 'session=hunter2', 'x-api-key': 'hunter2', host: 'acme.localhost' },
        body: { variables: { input: [{ password: 'hunter2' }], refreshToken: 'hunter2', email: 'a@acme.example' } },
      },
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line).toMatchObject({
      request: { method: 'POST', headers: { host: 'acme.localhost' }, body: { variables: { email: 'a@acme.example' } } },
    });
  });

  it('keeps what a child logger was bound to free of secrets as well, and errors readable', () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'gateway', level: 'info', destination: { write: (line) => lines.push(line) } });
    logger.child({ request: { 'Set-Cookie': 'hunter2', id: 'r1' } }).error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request: { id: 'r1' }, err: { message: 'broken' } });
  });

  it('leaves the secrets out of what an error carries along', () => {
    const answer = { payment_intent: { id: 'pi_1', client_secret: 'hunter2' }, headers: { authorization: 'Bearer hunter2' } };
    const line = logged({ err: Object.assign(new Error('The provider said no'), { answer }) });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line).toMatchObject({ err: { message: 'The provider said no', answer: { payment_intent: { id: 'pi_1' } } } });
  });
});
