import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PEERS = {
  private: true,
  dependencies: {
    'graphql-yoga': '5.24.1',
    '@graphql-hive/gateway-runtime': '2.12.1',
    '@graphql-hive/router-runtime': '1.4.23',
    // How Hive reaches subgraphs; it looks for it by name only when the first is called.
    '@graphql-mesh/transport-http': '1.2.1',
  },
  overrides: { '@graphql-tools/batch-execute': '10.2.0' },
};

const FOLDER = path.resolve('.spine/bench/peers');
const MANIFEST = path.join(FOLDER, 'package.json');

/**
 * Installs the gateways we compare ourselves with, once, into a folder that is no part of the project.
 * @throws when npm cannot
 */
export async function installPeers(): Promise<void> {
  const wanted = JSON.stringify(PEERS, null, 2);
  const installed = await readFile(path.join(FOLDER, 'installed.json'), 'utf8').catch(() => '');
  if (installed === wanted) return;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(MANIFEST, wanted);
  // Peer dependencies stay out: these have to use the graphql of the project, or schemas would not be recognised.
  const options = ['install', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  await promisify(execFile)('npm', options, { cwd: FOLDER, shell: process.platform === 'win32' });
  await writeFile(path.join(FOLDER, 'installed.json'), wanted);
}

/** A module of theirs; the caller says what it uses of it. */
export const importPeer = async <Module>(name: string): Promise<Module> =>
  (await import(pathToFileURL(createRequire(MANIFEST).resolve(name)).href)) as Module;
