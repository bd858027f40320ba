import pg from 'pg';

/** The same server and user, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}

/** Runs `work` with one connection that is closed afterwards. */
export async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Name of the copy of a template that has the demo in it. */
export const seededName = (template: string): string => `${template}_seeded`;

/** Its name while it is being made. */
export const unfinishedName = (template: string): string => `${template}_unfinished`;
