import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../../infra/runtime/log.js';
import { createBreachList, NO_BREACHES } from './breach-list.js';
import { createPasswordPolicy } from './password-policy.js';

const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase();

describe('a password somebody chooses', () => {
  const policy = createPasswordPolicy(NO_BREACHES);

  test.each(['Password1!', 'Qwerty123!', 'Abcdefg1!', 'aA1!aA1!'])('is refused when it is guessed early: %s', async (password) => {
    await expect(policy.require('newPassword', password, [])).rejects.toThrow('newPassword: is too easy to guess');
  });

  test('is refused when it is made of what everybody knows about her', async () => {
    await expect(policy.require('password', 'Lindqvist1!', [])).resolves.toBeUndefined();
    await expect(policy.require('password', 'Lindqvist1!', ['Marta Lindqvist', 'marta@acme.example'])).rejects.toThrow('guess');
  });

  test.each(['Spine-demo-1!', 'correct Horse battery 7 staple!', 'T5$kq9Zw'])('is taken when it is not: %s', async (password) => {
    await expect(policy.require('password', password, [])).resolves.toBeUndefined();
  });
});

describe('the list of breached passwords', () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];
  let answer: (prefix: string) => { readonly status: number; readonly body: string };
  const logger = createLogger({ name: 'test', level: 'silent' });
  const known = sha1('T5$kq9Zw');

  beforeEach(async () => {
    asked.length = 0;
    answer = (prefix) => ({
      status: 200,
      body: prefix === known.slice(0, 5) ? `0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n${known.slice(5)}:12` : `${known.slice(5)}:0`,
    });
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const [, route, prefix = ''] = (request.url ?? '').split('/');
      const { status, body } = route === 'range' && /^[0-9A-F]{5}$/.test(prefix) ? answer(prefix) : { status: 404, body: '' };
      response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('refuses what it knows, and learns five digits of the hash only', async () => {
    const policy = createPasswordPolicy(createBreachList(url, logger));
    await expect(policy.require('password', 'T5$kq9Zw', [])).rejects.toThrow('password: is known from a breach');
    await expect(policy.require('password', 'Spine-demo-1!', [])).resolves.toBeUndefined();
    expect(asked).toEqual([`/range/${known.slice(0, 5)}`, `/range/${sha1('Spine-demo-1!').slice(0, 5)}`]);
  });

  test('takes padding for what it is', async () => {
    answer = () => ({ status: 200, body: `${known.slice(5)}:0` });
    await expect(createBreachList(url, logger).knows(known)).resolves.toBe(false);
  });

  test.each([500, 404])('keeps nobody from choosing when it answers %i', async (status) => {
    answer = () => ({ status, body: '' });
    await expect(createBreachList(url, logger).knows(known)).resolves.toBe(false);
  });

  test('keeps nobody from choosing when it is out of reach', async () => {
    await expect(createBreachList('http://127.0.0.1:1', logger).knows(known)).resolves.toBe(false);
  });
});
