import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { Endpoints } from '../stages/execution/subgraph-caller.js';
import { jsonAnswer, type HttpAnswer } from './answer.js';

const PATIENCE_MS = 3_000;

async function isReady(endpoint: SubgraphEndpoint): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  try {
    return await Promise.race([endpoint.ready(), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

async function readiness(endpoints: Endpoints): Promise<Readonly<Record<string, 'up' | 'down'>>> {
  const states = await Promise.all(
    Object.values(endpoints).map(async (endpoint) => [endpoint.name, (await isReady(endpoint)) ? 'up' : 'down'] as const),
  );
  return Object.fromEntries(states);
}

/** The process runs; whether it can serve is another question. */
export const live = (): HttpAnswer => jsonAnswer(200, { ok: true });

/** Whether every subgraph can be reached and reaches its database. */
export async function ready(endpoints: Endpoints, stopping: boolean): Promise<HttpAnswer> {
  const subgraphs = await readiness(endpoints);
  const ok = !stopping && Object.values(subgraphs).every((state) => state === 'up');
  return jsonAnswer(ok ? 200 : 503, { ok });
}

/** The same for people, part by part: 200 when all is well, else 503. */
export async function summary(endpoints: Endpoints, startedAt: number): Promise<HttpAnswer> {
  const subgraphs = await readiness(endpoints);
  const checks = Object.entries(subgraphs).map(([name, state]) => ({ name, ok: state === 'up' }));
  const ok = checks.every((check) => check.ok);
  return jsonAnswer(ok ? 200 : 503, {
    ok,
    checks,
    tsISO: new Date().toISOString(),
    status: ok ? 'ok' : 'degraded',
    uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
    subgraphs,
  });
}
