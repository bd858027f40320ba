import { GraphQLError, Kind, type ValueNode } from 'graphql';

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const LOCAL_DATE = /^\d{4}-\d{2}-\d{2}$/;

const refuse = (message: string): never => {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
};

const stringOf = (node: ValueNode, scalar: string): string =>
  node.kind === Kind.STRING ? node.value : refuse(`${scalar} must be written as a string`);

function parseInstant(value: unknown): Date {
  if (value instanceof Date) return value;
  if (typeof value !== 'string' || !ISO_INSTANT.test(value)) {
    return refuse('DateTime must be an ISO 8601 instant with a zone, such as 2027-01-31T09:00:00Z');
  }
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? refuse('DateTime is not a date that exists') : instant;
}

/** An instant. In: any offset. Out: UTC with milliseconds. */
export const dateTimeScalar = {
  description: 'An instant as ISO 8601 with a zone offset, such as `2027-01-31T09:00:00Z`; always UTC in answers.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: parseInstant,
  parseLiteral: (node: ValueNode) => parseInstant(stringOf(node, 'DateTime')),
};

function parseLocalDate(value: unknown): string {
  if (typeof value !== 'string' || !LOCAL_DATE.test(value)) {
    return refuse('LocalDate must be a calendar date such as 2027-01-31');
  }
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value) {
    return refuse('LocalDate is not a date that exists');
  }
  return value;
}

/** A day of the calendar, without time or zone. */
export const localDateScalar = {
  description: 'A calendar date without a time, such as `2027-01-31`, in the zone the field names.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html',
  serialize: (value: unknown) => String(value),
  parseValue: parseLocalDate,
  parseLiteral: (node: ValueNode) => parseLocalDate(stringOf(node, 'LocalDate')),
};

function parseMinorUnits(value: unknown): number {
  const amount = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof amount === 'number' && Number.isSafeInteger(amount)
    ? amount
    : refuse('MinorUnits must be a whole number of the smallest unit of the currency');
}

/** Money in the smallest unit of its currency. Wider than Int, exact up to 2^53 − 1. */
export const minorUnitsScalar = {
  description: 'A whole number of the smallest unit of a currency (cents, pence, yen), exact up to 2^53 − 1.',
  serialize: (value: unknown) => parseMinorUnits(typeof value === 'bigint' ? Number(value) : value),
  parseValue: parseMinorUnits,
  parseLiteral: (node: ValueNode) =>
    node.kind === Kind.INT ? parseMinorUnits(node.value) : refuse('MinorUnits must be written as an integer'),
};

/** Free-form JSON, for what has no schema of its own. */
export const jsonScalar = {
  description: 'A JSON value whose shape is set by the field that holds it.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value: unknown) => value,
  parseValue: (value: unknown) => value,
};
