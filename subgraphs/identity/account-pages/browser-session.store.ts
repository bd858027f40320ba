import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { SessionRow } from '../session/session.store.js';

export async function insertBrowserSession(
  db: TenantDb,
  browser: { readonly hash: string; readonly sessionId: string; readonly createdAt: Date },
): Promise<void> {
  await db.browserSession.create({ data: browser });
}

/** The session that a browser's cookie stands for, whether or not it is still open. */
export async function findSessionOfBrowser(db: TenantDb, hash: string): Promise<SessionRow | null> {
  const found = await db.browserSession.findFirst({ where: { hash }, include: { session: true } });
  return found?.session ?? null;
}
