import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { newSigningPair } from '../../subgraphs/identity/identity-provider/signing-pair.js';
import { freePort } from './free-port.js';
import { eventually } from './runtime.js';

const PROGRAM = 'nginx';
/** Where Debian has it, which is in nobody's search path but root's. */
// eslint-disable-next-line no-restricted-properties -- programs are where the search path says
const SEARCHED = { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } } as const;
const TEMPLATE = 'infra/nginx/spine.conf.template';

/** Whether this machine has the nginx program. */
export const hasNginx = (): Promise<boolean> =>
  promisify(execFile)(PROGRAM, ['-v'], SEARCHED).then(
    () => true,
    () => false,
  );

/** nginx as it stands before a gateway, on this machine alone, with a certificate of its own. */
export interface TestNginx {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** PEM of the certificate that it shows. */
  readonly certificate: string;
  stop(): Promise<void>;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** @param gateway `host:port` of what it stands in front of @throws with what it says when it does not start */
export async function startTestNginx(gateway: string): Promise<TestNginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-nginx-'));
  const inFolder = (name: string): string => path.join(folder, name);
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const { privateKey, certificate } = await newSigningPair('localhost');
  const values: Readonly<Record<string, string>> = {
    SPINE_GATEWAY: gateway,
    SPINE_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
    SPINE_HTTPS_LISTEN: `127.0.0.1:${httpsPort}`,
    SPINE_TLS_CERTIFICATE: inFolder('certificate.pem'),
    SPINE_TLS_KEY: inFolder('key.pem'),
  };
  const template = await readFile(TEMPLATE, 'utf8');
  await writeFile(inFolder('certificate.pem'), certificate);
  await writeFile(inFolder('key.pem'), privateKey);
  await writeFile(inFolder('spine.conf'), template.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => values[name] ?? ''));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${inFolder(kind)};`);
  await writeFile(
    inFolder('nginx.conf'),
    `daemon off; worker_processes 1; pid ${inFolder('pid')}; error_log stderr;
     events {} http { access_log off; ${temporary.join(' ')} include ${inFolder('spine.conf')}; }`,
  );
  const server = spawn(PROGRAM, ['-e', 'stderr', '-p', folder, '-c', inFolder('nginx.conf')], { ...SEARCHED, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(server, 'close');
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`nginx ended with ${server.exitCode}: ${said}`);
    return (await isListening(httpsPort)) && isListening(httpPort);
  });
  return {
    httpPort,
    httpsPort,
    certificate,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
