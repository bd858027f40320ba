import type { FlagContext, FlagEvaluation } from './evaluate.js';
import type { FlagDefinition } from './flag.js';

/** The words in which OpenFeature tells why a value is what it is. */
export type OpenFeatureReason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT';

export function openFeatureReason({ reason, variant, ruleId }: FlagEvaluation, { rules }: FlagDefinition): OpenFeatureReason {
  switch (reason) {
    case 'KILL_SWITCH':
      return 'STATIC';
    case 'TENANT_OVERRIDE':
    case 'PLAN':
      return 'TARGETING_MATCH';
    case 'RULE': {
      const drawn = variant !== null || (rules.find(({ id }) => id === ruleId)?.percentage ?? 100) < 100;
      return drawn ? 'SPLIT' : 'TARGETING_MATCH';
    }
    case 'DEFAULT':
      return 'DEFAULT';
  }
}

/** What nobody outside may say of herself: it is proved, or it is the clock's. */
const NOT_SAID = new Set(['tenantId', 'plan', 'sessionId', 'currentTime', 'now']);

/** What a caller says of whom she asks for, as properties that rules may ask for. */
export const propertiesOf = (context: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) =>
      !NOT_SAID.has(name) && ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
    ),
  );

/** @param proved who and where, which what is said cannot change; a person nobody has proved may be said */
export function contextAsSaid(proved: FlagContext, said: Readonly<Record<string, unknown>>): FlagContext {
  const properties = propertiesOf(said);
  const userId = proved.userId ?? properties['userId'] ?? properties['targetingKey'];
  return { ...proved, properties, ...(userId === undefined ? {} : { userId }) };
}
