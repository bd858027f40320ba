import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { processState } from './process-state.js';

/** The right to start and stop the server of a folder: held by one process at a time. */
export interface Ownership {
  release(): Promise<void>;
}

const FILE = 'owner';

/**
 * Takes the ownership of a folder, also from an owner that has ended without giving it back. `undefined` while
 * another process that still runs holds it.
 */
export async function takeOwnership(folder: string): Promise<Ownership | undefined> {
  const file = path.join(folder, FILE);
  const mine = await identityOf(process.pid);
  const claim = `${file}.${process.pid}`;
  await writeFile(claim, mine);
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      // A hard link appears whole and only where nothing was.
      const made = await link(claim, file).then(
        () => true,
        () => false,
      );
      if (made) return { release: () => release(file, mine) };
      const holder = await readFile(file, 'utf8').catch(() => '');
      if (holder === mine) return { release: () => release(file, mine) };
      if (holder && (await isRunning(holder))) return undefined;
      await setAside(file, `${claim}.stale`, holder);
    }
    return undefined;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Removes the mark of an ended owner, but not one that another process put in its place meanwhile. */
async function setAside(file: string, aside: string, stale: string): Promise<void> {
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(file: string, mine: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
}

async function identityOf(pid: number): Promise<string> {
  return `${pid} ${(await processState(pid))?.started ?? ''}`;
}

async function isRunning(identity: string): Promise<boolean> {
  const pid = Number.parseInt(identity, 10);
  return pid > 0 && (await processState(pid)) !== undefined && (await identityOf(pid)) === identity;
}
