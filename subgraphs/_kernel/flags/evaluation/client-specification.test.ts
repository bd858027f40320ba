import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Constraint, ConstraintOperator } from './constraint.js';
import { evaluateFlag, type FlagContext, type FlagEvaluation } from './evaluate.js';
import type { FlagDefinition, FlagRule, FlagVariant } from './flag.js';
import { plainFlag } from './known-flags.js';

/** The public cases by which clients of Unleash are checked, asked of our flags. */
const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@unleash/client-specification/package.json')),
  'specifications',
);

/** Cases of what our flags are not meant to do. */
const NOT_OURS: Readonly<Record<string, string>> = {
  '06-remote-address-strategy.json': 'no rule asks for the network: addresses are the matter of the rate limits',
  '17-dependent-features.json': 'flags do not depend on each other',
  '19-delta-api-hydration.json': 'the transport of Unleash servers; flags are told by the snapshot of ops',
  '20-delta-api-events.json': 'the transport of Unleash servers; flags are told by the snapshot of ops',
  '21-regex-constraint-operators.json': 'no patterns: one that is slow would hold up every process that evaluates it',
  '22-cidr-constraint-operators.json': 'no rule asks for the network: addresses are the matter of the rate limits',
};

interface ForeignConstraint {
  readonly contextName: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly value?: string;
  readonly inverted?: boolean;
  readonly caseInsensitive?: boolean;
}

interface ForeignVariant {
  readonly name: string;
  readonly weight: number;
  readonly payload?: unknown;
  readonly stickiness?: string;
  readonly overrides?: readonly { readonly contextName: string; readonly values: readonly string[] }[];
}

interface ForeignStrategy {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly constraints?: readonly ForeignConstraint[];
  readonly segments?: readonly number[];
  readonly variants?: readonly ForeignVariant[];
}

interface ForeignFeature {
  readonly name: string;
  readonly enabled: boolean;
  readonly strategies?: readonly ForeignStrategy[];
  readonly variants?: readonly ForeignVariant[];
}

interface ForeignSegment {
  readonly id: number;
  readonly constraints: readonly ForeignConstraint[];
}

interface Case {
  readonly description: string;
  readonly toggleName: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly expectedResult: unknown;
}

interface Specification {
  readonly state?: { readonly features: readonly ForeignFeature[]; readonly segments?: readonly ForeignSegment[] };
  readonly tests?: readonly Case[];
  readonly variantTests?: readonly Case[];
}

/** A constraint that nobody meets: what a segment is to who does not know it. */
const NEVER: Constraint = { property: 'never', operator: 'IN', values: [] };

const constraintOf = ({ contextName, operator, values, value, inverted, caseInsensitive }: ForeignConstraint): Constraint => ({
  property: contextName,
  operator: operator as ConstraintOperator,
  values: value === undefined ? (values ?? []) : [value],
  inverted: inverted ?? false,
  caseInsensitive: caseInsensitive ?? false,
});

const variantOf = ({ name, weight, payload, stickiness, overrides = [] }: ForeignVariant): FlagVariant => ({
  name,
  weight,
  value: { on: true, ...(payload === undefined ? {} : { payload: payload as string }) },
  ...(stickiness === undefined ? {} : { stickiness }),
  overrides: overrides.map(({ contextName, values }) => ({ property: contextName, values })),
});

/** What each of Unleash's strategies is as a rule of ours; null for one that nobody knows, which applies to nobody. */
function drawOf(
  { name, parameters = {} }: ForeignStrategy,
  key: string,
): (Pick<FlagRule, 'percentage' | 'stickiness' | 'group'> & { readonly constraints?: readonly Constraint[] }) | null {
  const group = parameters['groupId'] ?? key;
  const percentage = Number(parameters['percentage'] ?? parameters['rollout'] ?? 100);
  switch (name) {
    case 'default':
      return { percentage: 100, stickiness: 'random', group };
    case 'userWithId': {
      const values = (parameters['userIds'] ?? '').split(/\s*,\s*/).filter((id) => id !== '');
      return { percentage: 100, stickiness: 'random', group, constraints: [{ property: 'userId', operator: 'IN', values }] };
    }
    case 'gradualRolloutUserId':
      return { percentage, stickiness: 'userId', group };
    case 'gradualRolloutSessionId':
      return { percentage, stickiness: 'sessionId', group };
    case 'gradualRolloutRandom':
      return { percentage, stickiness: 'random', group };
    case 'flexibleRollout':
      return { percentage, stickiness: parameters['stickiness'] ?? 'default', group };
    default:
      return null;
  }
}

function ruleOf(strategy: ForeignStrategy, at: number, feature: ForeignFeature, segments: readonly ForeignSegment[]): FlagRule[] {
  const draw = drawOf(strategy, feature.name);
  if (!draw) return [];
  const ofSegments = (strategy.segments ?? []).flatMap(
    (id) => segments.find((segment) => segment.id === id)?.constraints.map(constraintOf) ?? [NEVER],
  );
  const own = strategy.variants ?? [];
  const variants = own.length > 0 ? own : (feature.variants ?? []);
  return [
    {
      id: String(at),
      percentage: draw.percentage,
      stickiness: draw.stickiness,
      group: draw.group,
      constraints: [...(draw.constraints ?? []), ...(strategy.constraints ?? []).map(constraintOf), ...ofSegments],
      value: { on: true },
      variants: variants.map((variant) => variantOf(own.length > 0 ? variant : { stickiness: 'default', ...variant })),
      variantGroup: own.length > 0 ? draw.group : feature.name,
      from: null,
      until: null,
    },
  ];
}

/** Off is our kill switch; a feature without strategies is on for everyone. */
function flagOf(feature: ForeignFeature, segments: readonly ForeignSegment[]): FlagDefinition {
  const strategies = feature.strategies ?? [];
  return plainFlag({
    key: feature.name,
    type: 'JSON',
    description: '',
    defaultValue: { on: false },
    killSwitch: feature.enabled ? null : { value: { on: false } },
    rules: (strategies.length > 0 ? strategies : [{ name: 'default' }]).flatMap((strategy, at) =>
      ruleOf(strategy, at, feature, segments),
    ),
  });
}

function contextOf({ userId, sessionId, properties, ...rest }: Readonly<Record<string, unknown>>): FlagContext {
  const others = { ...rest, ...(properties as object | undefined) };
  return {
    now: new Date(),
    ...(typeof userId === 'string' ? { userId } : {}),
    ...(typeof sessionId === 'string' ? { sessionId } : {}),
    properties: Object.fromEntries(
      Object.entries(others).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value as string | number | boolean)]])),
    ),
  };
}

const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
const files = read('index.json') as string[];

const isOn = (evaluation: FlagEvaluation | null): boolean => (evaluation?.value as { on: boolean } | undefined)?.on === true;

function variantIn(evaluation: FlagEvaluation | null): unknown {
  const on = isOn(evaluation);
  if (!evaluation || evaluation.variant === null) return { name: 'disabled', enabled: false, feature_enabled: on };
  const { payload } = evaluation.value as { readonly payload?: unknown };
  return { name: evaluation.variant, ...(payload === undefined ? {} : { payload }), enabled: true, feature_enabled: on };
}

describe.each(files.filter((file) => !(file in NOT_OURS)).map((file) => [file, read(file) as Specification] as const))(
  'the cases of %s',
  (_file, { state, tests = [], variantTests = [] }) => {
    const { features = [], segments = [] } = state ?? {};
    const flags = new Map(features.map((feature) => [feature.name, flagOf(feature, segments)]));
    const ask = ({ toggleName, context }: Case): FlagEvaluation | null => {
      const flag = flags.get(toggleName);
      return flag ? evaluateFlag(flag, contextOf(context)) : null;
    };

    if (tests.length > 0) {
      test.each(tests.map((each) => [each.description, each] as const))('%s', (_description, each) => {
        expect(isOn(ask(each))).toBe(each.expectedResult);
      });
    }
    if (variantTests.length > 0) {
      test.each(variantTests.map((each) => [each.description, each] as const))('%s', (_description, each) => {
        expect(variantIn(ask(each))).toEqual(each.expectedResult);
      });
    }
  },
);

test('every file of the specification is asked, or named with the reason why not', () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(NOT_OURS)));
  expect(files.length - Object.keys(NOT_OURS).length).toBeGreaterThanOrEqual(16);
});
