/**
 * Keeps the gateway packages from reporting home. They read the variable when a gateway is made, so this is
 * imported, for its effect, by the module that makes one.
 */
// eslint-disable-next-line no-restricted-properties -- the only switch these packages have is the environment
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

export {};
