import { compareVersions } from './semver.js';

export const CONSTRAINT_OPERATORS = [
  'IN',
  'NOT_IN',
  'STR_STARTS_WITH',
  'STR_ENDS_WITH',
  'STR_CONTAINS',
  'NUM_EQ',
  'NUM_GT',
  'NUM_GTE',
  'NUM_LT',
  'NUM_LTE',
  'DATE_AFTER',
  'DATE_BEFORE',
  'SEMVER_EQ',
  'SEMVER_GT',
  'SEMVER_GTE',
  'SEMVER_LT',
  'SEMVER_LTE',
] as const;
export type ConstraintOperator = (typeof CONSTRAINT_OPERATORS)[number];

/** What a property of the context must be like. */
export interface Constraint {
  readonly property: string;
  readonly operator: ConstraintOperator;
  /** Any of them will do; operators that compare take the first. */
  readonly values: readonly string[];
  /** Whether the opposite is asked for. */
  readonly inverted?: boolean;
  readonly caseInsensitive?: boolean;
}

/** @param value the property as text; undefined when the context has none */
type Test = (value: string | undefined, constraint: Constraint) => boolean;

const anyText =
  (matches: (value: string, wanted: string) => boolean): Test =>
  (value, { values, caseInsensitive = false }) => {
    if (value === undefined) return false;
    const folded = (text: string): string => (caseInsensitive ? text.toLowerCase() : text);
    return values.some((wanted) => matches(folded(value), folded(wanted)));
  };

const byNumber =
  (holds: (difference: number) => boolean): Test =>
  (value, { values: [wanted] }) => {
    if (value === undefined || wanted === undefined || value.trim() === '' || wanted.trim() === '') return false;
    const difference = Number(value) - Number(wanted);
    return !Number.isNaN(difference) && holds(difference);
  };

const byDate =
  (holds: (difference: number) => boolean): Test =>
  (value, { values: [wanted] }) => {
    const difference = Date.parse(value ?? '') - Date.parse(wanted ?? '');
    return !Number.isNaN(difference) && holds(difference);
  };

const byVersion =
  (holds: (order: number) => boolean): Test =>
  (value, { values: [wanted] }) => {
    const order = value === undefined || wanted === undefined ? null : compareVersions(value, wanted);
    return order !== null && holds(order);
  };

const isIn: Test = (value, { values }) => value !== undefined && values.includes(value);

const TESTS: Readonly<Record<ConstraintOperator, Test>> = {
  IN: isIn,
  NOT_IN: (value, constraint) => !isIn(value, constraint),
  STR_STARTS_WITH: anyText((value, wanted) => value.startsWith(wanted)),
  STR_ENDS_WITH: anyText((value, wanted) => value.endsWith(wanted)),
  STR_CONTAINS: anyText((value, wanted) => value.includes(wanted)),
  NUM_EQ: byNumber((difference) => difference === 0),
  NUM_GT: byNumber((difference) => difference > 0),
  NUM_GTE: byNumber((difference) => difference >= 0),
  NUM_LT: byNumber((difference) => difference < 0),
  NUM_LTE: byNumber((difference) => difference <= 0),
  DATE_AFTER: byDate((difference) => difference > 0),
  DATE_BEFORE: byDate((difference) => difference < 0),
  SEMVER_EQ: byVersion((order) => order === 0),
  SEMVER_GT: byVersion((order) => order > 0),
  SEMVER_GTE: byVersion((order) => order >= 0),
  SEMVER_LT: byVersion((order) => order < 0),
  SEMVER_LTE: byVersion((order) => order <= 0),
};

/** An operator that is not known holds for nobody, also inverted. */
export function meets(value: string | undefined, constraint: Constraint): boolean {
  const test = Object.hasOwn(TESTS, constraint.operator) ? TESTS[constraint.operator] : undefined;
  return test !== undefined && test(value, constraint) !== (constraint.inverted ?? false);
}
