import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_SIGN_INS } from '../../prisma/seed/demo-data.js';
import { loadConfig, type Config } from '../runtime/config.js';
import { onShutdown } from '../runtime/shutdown.js';
import { createPlatform } from './platform.js';
import { createProgress } from './progress.js';

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../.spine');
const out = (text: string): void => void process.stdout.write(text);

/** Found out before anything is started, because it is the likeliest reason for a start to be in vain. */
async function refuseTakenPort({ host, port }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is taken by another program: end it, or choose another with PORT=4100 npm start.`)
          : new Error(`Cannot listen on ${host}:${port}: ${error.message}.`),
      ),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function summary(config: Config, mailboxUrl: string | undefined): string {
  const at = (slug: string): string => `http://${slug && `${slug}.`}${config.baseDomain}:${config.port}`;
  const rows = DEMO_SIGN_INS.map(({ email, role, slug }) => `    ${email.padEnd(22)} ${role.padEnd(24)} ${at(slug)}`);
  return [
    '',
    '  Spine is up.',
    '',
    `  Graph       ${at('acme')}/graphql      (open it in a browser to explore)`,
    `              ${at('globex')}/graphql`,
    `  Dashboard   ${at('')}/admin      (for the platform administrator below)`,
    `  Health      ${at('')}/health`,
    `  Metrics     ${at('')}/metrics`,
    ...(mailboxUrl ? [`  Mailbox     ${mailboxUrl}      (every mail and SMS that is sent)`] : []),
    '',
    '  Sign-ins, all with the password Spine-demo-1!',
    ...rows,
    '',
    '  README.md walks through booking, paying and an incident. Ctrl-C stops everything.',
    '',
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const config = loadConfig();
  out('\n  Starting Spine\n\n');
  await refuseTakenPort(config);
  const platform = createPlatform({
    // What a newcomer sees is the summary; warnings still come through.
    config: { ...config, logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel },
    folder: FOLDER,
    progress: createProgress(out),
    seed: true,
  });
  onShutdown(async () => {
    out('\n  Stopping …\n');
    await platform.stop();
  });
  const { mailbox } = await platform.start();
  out(summary(config, mailbox?.url));
}

main().catch((error: unknown) => {
  console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
