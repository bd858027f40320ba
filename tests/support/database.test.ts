import { describe, expect, it } from '@jest/globals';

import { createTestDatabase } from './database.js';
import { onServer } from './server-connection.js';

describe('a test database', () => {
  it('is migrated and seen by nobody else, also when several are made at once', async () => {
    const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
    try {
      const first = databases[0]?.url ?? '';
      await onServer(first, (client) => client.query('CREATE TABLE public.mark (id int)'));
      const marks = await Promise.all(
        databases.map(({ url }) =>
          onServer(url, async (client) => {
            const { rows } = await client.query<{ mark: string | null; migrated: string | null }>(
              "SELECT to_regclass('public.mark') AS mark, to_regclass('public._prisma_migrations') AS migrated",
            );
            return rows[0];
          }),
        ),
      );
      expect(marks).toEqual([
        { mark: 'mark', migrated: '_prisma_migrations' },
        { mark: null, migrated: '_prisma_migrations' },
        { mark: null, migrated: '_prisma_migrations' },
      ]);
    } finally {
      await Promise.all(databases.map((database) => database.drop()));
    }
  });

  it('is gone after it was dropped, whoever is connected', async () => {
    const database = await createTestDatabase();
    await onServer(database.url, async (client) => {
      client.on('error', () => undefined);
      await database.drop();
      await expect(client.query('SELECT 1')).rejects.toThrow();
    });
    await expect(onServer(database.url, (client) => client.query('SELECT 1'))).rejects.toMatchObject({ code: '3D000' });
  });
});
