import type pg from 'pg';

/**
 * Runs work that no other process runs at the same time under the same name. The lock lives as long as the
 * transaction that holds it, so it goes to another when this process dies.
 * @param pool bound to the platform's role; not one that the work itself takes connections from
 * @param work may write with the client it is given; that is committed with the end of the lock
 * @returns null when another has the lock; nothing was done
 */
export async function runAlone<Result>(
  pool: pg.Pool,
  name: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result | null> {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
      [name],
    );
    const result = rows[0]?.locked ? await work(client) : null;
    await client.query('COMMIT');
    failed = false;
    return result;
  } finally {
    // What failed on the way is undone with its connection.
    client.release(failed);
  }
}
