import type pg from 'pg';
import { inSpan, isTraced } from '../wire/tracing.js';

type QueryConfig = pg.QueryConfig | string;
type Queryable = (config: QueryConfig) => Promise<pg.QueryResult>;

const MAX_TEXT = 2_000;

/** Runs one SQL statement as a span. Its text has places where values go; the values are not recorded. */
export function tracedStatement<Result>(config: QueryConfig, run: () => Promise<Result>): Promise<Result> {
  // What no request waits for, such as the looking for work of schedules, would be a trace each.
  if (!isTraced()) return run();
  const text = typeof config === 'string' ? config : config.text;
  const operation = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  return inSpan(
    {
      name: `postgresql ${operation}`,
      kind: 'client',
      attributes: () => ({
        'db.system.name': 'postgresql',
        'db.operation.name': operation,
        'db.query.text': text.slice(0, MAX_TEXT),
      }),
    },
    run,
  );
}

/** A pool, or a client of it, each of whose statements is a span. */
export function traceStatements(pool: pg.Pool): pg.Pool {
  const query: Queryable = (config) => tracedStatement(config, () => pool.query(config));
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect();
    const traced: Queryable = (config) => tracedStatement(config, () => client.query(config));
    return Object.create(client, {
      query: { value: traced },
      release: { value: (destroy?: Error | boolean) => client.release(destroy) },
      on: { value: (event: 'error', listener: (error: Error) => void) => client.on(event, listener) },
      removeListener: {
        value: (event: 'error', listener: (error: Error) => void) => client.removeListener(event, listener),
      },
    }) as pg.PoolClient;
  };
  return Object.create(pool, { query: { value: query }, connect: { value: connect } }) as pg.Pool;
}
