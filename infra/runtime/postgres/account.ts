import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** The account a PostgreSQL server is run by; empty when it is run by the account of this process. */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody` on Linux and in containers: PostgreSQL refuses root, and initdb wants an account that has a name. */
const NOBODY = 65534;

/** Where a root-run server lives when the wanted folder cannot be reached by `nobody`. */
const SYSTEM_FOLDER = '/var/lib/spine';

/** Root gives PostgreSQL to `nobody`; everybody else runs it themselves. */
export function serverAccount(): ServerAccount {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * `wanted` when the account can walk to it, otherwise a folder of the same purpose that it can walk to: under root's
 * 0700 home, `<home>/project/.spine/postgres` becomes `/var/lib/spine/<home>-project-.spine-postgres`.
 */
export async function reachableFolder(wanted: string, account: ServerAccount): Promise<string> {
  const absolute = path.resolve(wanted);
  if (await canWalkTo(absolute, account)) return absolute;
  await makeWalkableFolder(SYSTEM_FOLDER);
  const fallback = path.join(SYSTEM_FOLDER, absolute.split(path.sep).filter(Boolean).join('-'));
  if (await canWalkTo(fallback, account)) return fallback;
  throw new Error(
    `PostgreSQL cannot run as root, and the account "nobody" can reach neither ${absolute} nor ${fallback}: ` +
      'start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Makes a folder, and those on the way, that every account may walk through, whatever the umask. */
export async function makeWalkableFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true });
  if (firstMade === undefined) return;
  for (let made = folder; ; made = path.dirname(made)) {
    await chmod(made, 0o755);
    if (made === firstMade || made === path.dirname(made)) return;
  }
}

/** Makes a folder that belongs to the account. */
export async function makeFolderFor(account: ServerAccount, folder: string, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
  await giveTo(account, folder);
}

export async function giveTo(account: ServerAccount, file: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(file, account.uid, account.gid);
}

/** Whether every existing folder on the way lets the account pass. Folders yet to be made will. */
export async function canWalkTo(target: string, account: ServerAccount): Promise<boolean> {
  if (account.uid === undefined) return true;
  for (let folder = target; ; folder = path.dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory()) {
      const passes = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001;
      if ((found.mode & passes) === 0) return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}
