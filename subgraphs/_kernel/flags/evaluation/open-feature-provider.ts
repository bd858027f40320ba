import type { EvaluationContext, JsonValue, Provider, ResolutionDetails } from '@openfeature/server-sdk';
import type { FlagContext } from './evaluate.js';
import { isOfFlagType, type FlagType } from './flag.js';
import type { Flags } from './flag-set.js';
import { contextAsSaid, openFeatureReason } from './open-feature.js';

type ErrorCode = NonNullable<ResolutionDetails<unknown>['errorCode']>;

const failed = <T>(value: T, code: 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH', errorMessage: string): ResolutionDetails<T> => ({
  value,
  reason: 'ERROR',
  errorCode: code as ErrorCode,
  errorMessage,
});

/**
 * The platform's flags for code that asks through OpenFeature, from this process's memory.
 * @param base who and where is known anyway; what the caller says cannot change it
 */
export function createOpenFeatureProvider(flags: Flags, base: () => FlagContext): Provider {
  const resolve = async <T extends JsonValue>(
    key: string,
    type: FlagType,
    fallback: T,
    said: EvaluationContext,
  ): Promise<ResolutionDetails<T>> => {
    const evaluation = flags.evaluate(key, contextAsSaid(base(), said));
    const definition = flags.all().find((flag) => flag.key === key);
    if (!evaluation || !definition) return failed(fallback, 'FLAG_NOT_FOUND', `There is no flag ${key}`);
    if (!isOfFlagType(evaluation.value, type)) return failed(fallback, 'TYPE_MISMATCH', `${key} is not ${type}`);
    return {
      value: evaluation.value as T,
      reason: openFeatureReason(evaluation, definition),
      variant: evaluation.variant ?? evaluation.ruleId ?? evaluation.reason.toLowerCase(),
    };
  };

  return {
    metadata: { name: 'spine' },
    runsOn: 'server',
    resolveBooleanEvaluation: (key, fallback, context) => resolve(key, 'BOOLEAN', fallback, context),
    resolveStringEvaluation: (key, fallback, context) => resolve(key, 'STRING', fallback, context),
    resolveNumberEvaluation: (key, fallback, context) => resolve(key, 'NUMBER', fallback, context),
    resolveObjectEvaluation: (key, fallback, context) => resolve(key, 'JSON', fallback, context),
  };
}
