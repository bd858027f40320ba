import { SpineInputError } from './input-error.js';

export const OPS_ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type OpsEnvironment = (typeof OPS_ENVIRONMENTS)[number];

/** @throws {SpineInputError} naming `env` */
export function requireEnvironment(value: unknown): OpsEnvironment {
  const known = OPS_ENVIRONMENTS.find((environment) => environment === value);
  if (known === undefined) throw new SpineInputError('env', `must be one of ${OPS_ENVIRONMENTS.join(', ')}`);
  return known;
}
