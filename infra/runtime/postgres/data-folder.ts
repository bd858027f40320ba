import { randomBytes } from 'node:crypto';
import { access, chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { giveTo, makeFolderFor, type ServerAccount } from './account.js';
import { postgresBinaries, type PostgresBinaries } from './binaries.js';
import { runProgram } from './program.js';

/** One PostgreSQL's folder, ready to be started on. */
export interface DataFolder {
  readonly directory: string;
  /** PGDATA, inside `directory`. */
  readonly data: string;
  readonly logFile: string;
  readonly account: ServerAccount;
  readonly binaries: PostgresBinaries;
}

export const SUPERUSER = 'spine_owner';

/** The folder and its binaries; nothing is initialised yet. */
export async function openDataFolder(directory: string, account: ServerAccount): Promise<DataFolder> {
  return {
    directory,
    data: path.join(directory, 'data'),
    logFile: path.join(directory, 'server.log'),
    account,
    binaries: await postgresBinaries(account, path.dirname(directory)),
  };
}

/**
 * Makes the database files when there are none yet, under another name first: an interrupted attempt is thrown away,
 * not mistaken for a database.
 *
 * @throws Error when the files are of another major version
 */
export async function initialiseOnce(
  folder: DataFolder,
  { durable, onProgress }: { readonly durable: boolean; readonly onProgress?: ((step: string) => void) | undefined },
): Promise<void> {
  if (await exists(path.join(folder.data, 'PG_VERSION'))) {
    await refuseOtherVersion(folder);
    return;
  }
  onProgress?.('Initialising PostgreSQL');
  const unfinished = `${folder.data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await makeFolderFor(folder.account, unfinished, 0o700);
  const passwordFile = await writePassword(folder);
  const flags = ['-D', unfinished, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const text = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const speed = durable ? [] : ['--no-sync'];
  await runProgram(folder.binaries.initdb, [...flags, ...text, ...speed, '--no-instructions'], folder.account);
  await rename(unfinished, folder.data);
}

export async function readPassword({ directory }: DataFolder): Promise<string> {
  return (await readFile(path.join(directory, 'password'), 'utf8')).trim();
}

async function writePassword({ directory, account }: DataFolder): Promise<string> {
  const file = path.join(directory, 'password');
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await chmod(file, 0o600);
  await giveTo(account, file);
  return file;
}

async function refuseOtherVersion({ data, binaries, account }: DataFolder): Promise<void> {
  const ofData = (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
  const ofProgram = /(\d+)/.exec(await runProgram(binaries.postgres, ['--version'], account))?.[1];
  if (ofData === ofProgram) return;
  throw new Error(
    `The data in ${data} is of PostgreSQL ${ofData}, the embedded server is ${ofProgram}: ` +
      'move the folder away to start afresh, or go on with the earlier version.',
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
