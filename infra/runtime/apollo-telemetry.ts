/**
 * Keeps the gateway packages from reporting home. They read the variable when a gateway is made, so this is
 * imported, for its effect, by the module that makes one.
 */
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

export const APOLLO_TELEMETRY = 'disabled';
