import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.js';
import { createPools, describeConnectionFailure, waitForDatabase, withRole, type Pools } from './pools.js';

describe('the pools', () => {
  let database: TestDatabase;
  let pools: Pools;

  beforeAll(async () => {
    database = await createTestDatabase();
    pools = createPools({ url: database.url, max: 2 });
  });

  afterAll(async () => {
    await pools.end();
    await database.drop();
  });

  it('speak as the role that is bound to tenants, and as the one above them', async () => {
    const role = 'SELECT current_user AS role';
    expect((await pools.app.query(role)).rows).toEqual([{ role: 'spine_app' }]);
    expect((await pools.platform.query(role)).rows).toEqual([{ role: 'spine_platform' }]);
  });

  it('fall back to no other role when a session is reset', async () => {
    const client = await pools.app.connect();
    try {
      await client.query('RESET ROLE');
      await client.query('RESET ALL');
      expect((await client.query('SELECT current_user AS role')).rows).toEqual([{ role: 'spine_app' }]);
    } finally {
      client.release();
    }
  });

  it('send the queries of one connection without waiting for each answer', async () => {
    const client = await pools.app.connect();
    try {
      const answers = await Promise.all([
        client.query('BEGIN'),
        client.query("SELECT set_config('app.tenant_id', $1, true)", ['acme']),
        client.query("SELECT current_setting('app.tenant_id') AS tenant"),
        client.query('COMMIT'),
      ]);
      expect(answers[2].rows).toEqual([{ tenant: 'acme' }]);
    } finally {
      client.release();
    }
  });

  it('keep the options a connection string has already', () => {
    const url = new URL(withRole('postgresql://u@h/d?options=-c%20statement_timeout%3D5s', 'spine_app'));
    expect(url.searchParams.get('options')).toBe('-c statement_timeout=5s -c role=spine_app');
  });
});

describe('a failed connection', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

  it('is told in one sentence with the server and without the password', async () => {
    const url = 'postgresql://spine:hunter2@127.0.0.1:1/spine';
    const pools = createPools({ url });
    const error: unknown = await pools.app.query('SELECT 1').catch((reason: unknown) => reason);
    await pools.end();
    expect(describeConnectionFailure(error, url)).toBe(
      'No PostgreSQL answers at 127.0.0.1:1: it refuses the connection.',
    );
  });

  it('is told after a while by who waits for it, and at once where there is none', async () => {
    const away = createPools({ url: 'postgresql://spine:hunter2@127.0.0.1:1/spine' });
    await expect(waitForDatabase(away, 300)).rejects.toThrow('No PostgreSQL answers at 127.0.0.1:1');
    await away.end();
    const database = await createTestDatabase();
    const there = createPools({ url: database.url });
    await waitForDatabase(there, 0);
    await there.end();
    await database.drop();
  });

  it('never repeats a password that the error quotes', () => {
    const error = new Error('cannot parse "hunter2/é" of hunter2%2F%C3%A9');
    expect(describeConnectionFailure(error, 'postgresql://spine:hunter2%2F%C3%A9@db/spine')).toBe(
      'PostgreSQL at db:5432 cannot be used: cannot parse "***" of ***.',
    );
  });

  it('is a matter of the configuration when the connection string is none', () => {
    expect(describeConnectionFailure(refused, 'localhost:5432')).toMatch(/^DATABASE_URL is not a PostgreSQL/);
  });
});
