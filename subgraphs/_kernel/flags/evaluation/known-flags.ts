import { FEATURES, featuresOf } from '../../wire/plan-features.js';
import { PLANS } from '../../wire/tenant.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../wire/subgraph-names.js';
import type { FlagDefinition, FlagValue } from './flag.js';

/** Flags by which the platform's own behaviour is changed while it runs. */
export const ACTING_FLAGS = {
  maintenance: 'maintenance_mode',
  strictRateLimit: 'auth.rateLimit.strict',
  captcha: 'auth.captcha.enabled',
  blockNewSignups: 'auth.blockNewSignups',
  disabledProvider: 'auth.oauth.disableProvider',
  tokenRefresh: 'auth.tokenRefresh.enabled',
  triageModel: 'ops.triage.model',
} as const;

/** Modules that can be switched off. Without the others nobody could switch anything on again. */
export const SWITCHABLE_MODULES = ['booking', 'commerce', 'marketing', 'analytics'] as const satisfies readonly SubgraphName[];
export type SwitchableModule = (typeof SWITCHABLE_MODULES)[number];

export const moduleFlag = (module: SwitchableModule): string => `module.${module}`;
export const isSwitchable = (name: string): name is SwitchableModule =>
  (SWITCHABLE_MODULES as readonly string[]).includes(name) && (SUBGRAPH_NAMES as readonly string[]).includes(name);

/** Sets out a flag with nothing decided but its default. */
export const plainFlag = (
  of: Pick<FlagDefinition, 'key' | 'type' | 'defaultValue' | 'description'> & Partial<FlagDefinition>,
): FlagDefinition => ({
  killSwitch: null,
  overrides: {},
  plans: {},
  rules: [],
  needsApproval: false,
  clientVisible: false,
  permanent: true,
  archived: false,
  ...of,
});

const flagOf = (key: string, defaultValue: FlagValue, description: string, more: Partial<FlagDefinition> = {}): FlagDefinition =>
  plainFlag({
    key,
    type: typeof defaultValue === 'boolean' ? 'BOOLEAN' : typeof defaultValue === 'number' ? 'NUMBER' : 'STRING',
    defaultValue,
    description,
    ...more,
  });

const acting: readonly FlagDefinition[] = [
  flagOf(ACTING_FLAGS.maintenance, false, 'Nothing can be changed but by platform staff.', { clientVisible: true }),
  flagOf(ACTING_FLAGS.strictRateLimit, false, 'A tenth of the usual attempts to sign in, register or prove who one is.'),
  flagOf(ACTING_FLAGS.captcha, false, 'Signing in and registering take a captcha.', { clientVisible: true }),
  flagOf(ACTING_FLAGS.blockNewSignups, false, 'Nobody can register.', { clientVisible: true }),
  flagOf(ACTING_FLAGS.disabledProvider, '', 'The identity provider that nobody can sign in by; empty for none.', {
    clientVisible: true,
  }),
  flagOf(ACTING_FLAGS.triageModel, true, 'Incidents are ranked by the trained model where it does better than severity.'),
  flagOf(ACTING_FLAGS.tokenRefresh, true, 'Refresh tokens are accepted.'),
];

const modules: readonly FlagDefinition[] = SWITCHABLE_MODULES.map((module) =>
  flagOf(moduleFlag(module), true, `The module ${module} is served.`, { clientVisible: true }),
);

const features: readonly FlagDefinition[] = FEATURES.map((feature) =>
  flagOf(feature, false, `What plans call ${feature.replaceAll('_', ' ')}.`, {
    clientVisible: true,
    plans: Object.fromEntries(PLANS.map((plan) => [plan, featuresOf(plan)[feature]])),
  }),
);

const trials: readonly FlagDefinition[] = [
  flagOf('advanced_analytics', false, 'The fuller analytics.', { clientVisible: true, permanent: false }),
  flagOf('new_checkout_flow', false, 'The new way to the till.', { clientVisible: true, permanent: false }),
  flagOf('new_dashboard', false, 'The new dashboard.', { clientVisible: true, permanent: false }),
  flagOf('new_recommendation_algorithm', 'V1', 'Which algorithm recommends: `V1` or `V2`.', { permanent: false }),
];

/** The flags that code asks for, as they are until somebody changes them. */
export const KNOWN_FLAGS: readonly FlagDefinition[] = [...acting, ...modules, ...features, ...trials];

const ACTING = new Set<string>([...acting, ...modules].map(({ key }) => key));

/** Whether a change of the flag changes at once what the platform does. */
export const isActing = (key: string): boolean => ACTING.has(key);
