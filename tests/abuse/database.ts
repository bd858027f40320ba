import pg from 'pg';
import type { TestPlatform } from '../support/platform.js';

/** Rows as the owner of the database sees them, past every tenant's bounds. */
export async function queryDatabase<Row extends object>({ databaseUrl }: TestPlatform, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
