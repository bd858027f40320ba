import { describe, expect, it } from '@jest/globals';

import { ConfigError, loadConfig } from './config.js';

function failure(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('the configuration', () => {
  it('needs no variable at all', () => {
    expect(loadConfig({})).toMatchObject({
      environment: 'development',
      logLevel: 'info',
      port: 4000,
      host: '127.0.0.1',
      baseDomain: 'localhost',
      publicUrl: 'http://localhost:4000',
      databaseUrl: undefined,
      redisUrl: undefined,
      stripe: undefined,
      subgraphUrls: { identity: 'http://127.0.0.1:4001', ops: 'http://127.0.0.1:4007' },
      subgraphPorts: { identity: 4001, ops: 4007 },
    });
  });

  it('takes an empty variable as unset', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, databaseUrl: undefined });
  });

  it('prefers APP_ENV to NODE_ENV, and listens on every address where it is served from', () => {
    expect(loadConfig({ APP_ENV: 'staging', NODE_ENV: 'production' })).toMatchObject({
      environment: 'staging',
      host: '0.0.0.0',
      subgraphHost: '0.0.0.0',
    });
    expect(loadConfig({ NODE_ENV: 'test' }).environment).toBe('test');
  });

  it('never puts the figures on the public port where the public is', () => {
    expect(loadConfig({}).metricsAddress).toBeNull();
    for (const APP_ENV of ['staging', 'production']) {
      expect(loadConfig({ APP_ENV }).metricsAddress).toEqual({ host: '127.0.0.1', port: 9464 });
    }
    const given = { APP_ENV: 'production', METRICS_HOST: '10.0.0.5', METRICS_PORT: '9100' };
    expect(loadConfig(given).metricsAddress).toEqual({ host: '10.0.0.5', port: 9100 });
  });

  it('finds each subgraph by a variable of its own', () => {
    const config = loadConfig({ SUBGRAPH_BOOKING_URL: 'http://booking:8080/', SUBGRAPH_BOOKING_PORT: '8080' });
    expect(config.subgraphUrls.booking).toBe('http://booking:8080');
    expect(config.subgraphPorts.booking).toBe(8080);
    expect(config.subgraphUrls.commerce).toBe('http://127.0.0.1:4004');
  });

  it('takes no secret that is short or shows a pattern, and several that were in use before', () => {
    const [key, earlier] = ['J2v9Qm4TzX7cLr0WbN5kPs8HdGf1YuEa', 'p0Z+3kVt7w/RbQ9mXn2LsC5yHd8JgTfU='];
    for (const weak of ['secret', 'x'.repeat(64), 'changeme'.repeat(4)]) {
      expect(failure({ SPINE_ENCRYPTION_KEY: weak }).variables).toEqual(['SPINE_ENCRYPTION_KEY']);
      expect(failure({ SPINE_ENVELOPE_SECRET: weak }).variables).toEqual(['SPINE_ENVELOPE_SECRET']);
      expect(failure({ SPINE_ENCRYPTION_KEYS_BEFORE: `${earlier},${weak}` }).message).not.toContain(weak);
    }
    const config = loadConfig({ SPINE_ENCRYPTION_KEY: key, SPINE_ENCRYPTION_KEYS_BEFORE: `${earlier}, ${key}` });
    expect(config).toMatchObject({ encryptionKey: key, encryptionKeysBefore: [earlier, key] });
    expect(loadConfig({}).encryptionKeysBefore).toEqual([]);
  });

  it('tells administrators in the way it is told, which has to say whom', () => {
    const alertsOf = (env: Record<string, string>) => loadConfig(env).delivery.adminAlerts;
    const address = 'ops@spine.example';
    expect(alertsOf({ OPSSPINE_NOTIFY_MODE: 'webhook', OPSSPINE_WEBHOOK_URL: 'https://hooks.example/T0' })).toEqual({ mode: 'webhook', url: 'https://hooks.example/T0' });
    expect(alertsOf({ OPSSPINE_NOTIFY_MODE: 'email', OPSSPINE_ADMIN_EMAIL: address })).toEqual({ mode: 'email', address });
    expect(alertsOf({ OPSSPINE_NOTIFY_MODE: 'log', OPSSPINE_ADMIN_EMAIL: address })).toEqual({ mode: 'log' });
    expect(alertsOf({ OPSSPINE_ADMIN_EMAIL: address })).toBeUndefined();
    expect(failure({ OPSSPINE_NOTIFY_MODE: 'webhook', OPSSPINE_ADMIN_EMAIL: address }).variables).toEqual(['OPSSPINE_WEBHOOK_URL']);
    expect(failure({ OPSSPINE_NOTIFY_MODE: 'email' }).variables).toEqual(['OPSSPINE_ADMIN_EMAIL']);
    expect(failure({ OPSSPINE_NOTIFY_MODE: 'pigeon' }).variables).toEqual(['OPSSPINE_NOTIFY_MODE']);
  });

  it('names every bad variable in one message, and none of their values', () => {
    const error = failure({
      PORT: '70000',
      DATABASE_URL: 'mysql://root:hunter2@db/spine',
      SPINE_ENVELOPE_SECRET: 'too short',
      NODE_ENV: 'prod',
      SUBGRAPH_OPS_URL: 'ops:4007',
      STRIPE_SECRET_KEY: 'sk_test_1',
    });
    expect([...error.variables].sort()).toEqual([
      'DATABASE_URL',
      'NODE_ENV',
      'PORT',
      'SPINE_ENVELOPE_SECRET',
      'STRIPE_WEBHOOK_SECRET',
      'SUBGRAPH_OPS_URL',
    ]);
    for (const variable of error.variables) expect(error.message).toContain(variable);
    expect(error.message).toContain('STRIPE_WEBHOOK_SECRET must be set because STRIPE_SECRET_KEY is');
    expect(error.message).not.toMatch(/hunter2|too short|sk_test_1/);
    expect(error.message).not.toContain('\n');
  });
});
