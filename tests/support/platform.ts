import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Gateway } from '../../gateway/gateway.js';
import type { Mailbox } from '../../infra/local/doubles/mailbox/mailbox.js';
import { createPlatform } from '../../infra/local/platform.js';
import { localSecrets, type LocalSecrets } from '../../infra/local/secrets.js';
import { loadConfig, type Config } from '../../infra/runtime/config.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../subgraphs/_kernel/wire/permissions.js';
import { freePort } from './free-port.js';
import { memberOf } from './runtime.js';
import { createSeededDatabase } from './seeded-template.js';

export interface SubgraphDoor {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly ask: (source: string, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>;
}

export interface TestPlatform {
  readonly url: string;
  /** Where the gateway's figures are served. */
  readonly figuresUrl: string;
  readonly databaseUrl: string;
  /** Every mail that was sent. */
  readonly mailbox: Mailbox;
  /** One more gateway in front of the same subgraphs, which does not listen yet and which its maker stops. */
  readonly anotherGateway: () => Promise<Gateway>;
  /** What a real installation keeps to itself. */
  readonly secrets: LocalSecrets;
  /** Every subgraph past the gateway, as an owner of the company with that subdomain. */
  subgraphsAs(slug: string): readonly SubgraphDoor[];
  stop(): Promise<void>;
}

export interface TestPlatformOptions {
  /** Settings on top of those every test has, such as `APP_ENV: 'production'`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Given every line of the log. */
  readonly onLog?: (line: string) => void;
}

/** How long a test may wait for its platform, in milliseconds: the first one of a run makes the demo, on a busy machine. */
export const PLATFORM_START_MS = 400_000;

/** What every platform of a test is started with. */
export const platformConfig = async (databaseUrl: string, environment: Readonly<Record<string, string>> = {}): Promise<Config> =>
  loadConfig({
    APP_ENV: 'test',
    DATABASE_URL: databaseUrl,
    PORT: String(await freePort()),
    HOST: '127.0.0.1',
    METRICS_PORT: String(await freePort()),
    LOG_LEVEL: 'error',
    ...environment,
  });

/** Everything in one process with the demo data, on a database of its own: what `npm start` starts. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const { environment = {}, onLog } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-platform-'));
  const database = await createSeededDatabase(platformConfig, folder);
  const config = await platformConfig(database.url, environment);
  const platform = createPlatform({
    config,
    folder,
    progress: { step: () => undefined, done: () => undefined },
    seed: true,
    ...(onLog ? { logTo: { write: onLog } } : {}),
  });
  const stop = async (): Promise<void> => {
    await platform.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url, subgraphs, endpoints, mailbox, anotherGateway } = await platform.start();
    if (!mailbox) throw new Error('The platform of a test sends its mails to the mailbox');
    const tenants = new Map(
      await Promise.all(
        ['acme', 'globex'].map(async (slug) => [slug, await subgraphs.tenancy.services.tenants.lookUp({ slug })] as const),
      ),
    );
    return {
      url,
      figuresUrl: `http://127.0.0.1:${config.metricsAddress?.port}`,
      databaseUrl: database.url,
      mailbox,
      anotherGateway,
      secrets: await localSecrets(folder),
      subgraphsAs(slug) {
        const tenant = tenants.get(slug);
        if (!tenant) throw new Error(`The demo has no company ${slug}`);
        const envelope = {
          tenant,
          principal: memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }),
          origin: { requestId: uuidv7(), ip: null, userAgent: null },
        };
        return Object.values(subgraphs).map(({ name, schema }) => ({
          name,
          schema,
          ask: (source, variables) =>
            endpoints[name].execute({ source, document: parse(source), variables, envelope }),
        }));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
