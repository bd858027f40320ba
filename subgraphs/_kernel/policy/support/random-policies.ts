import fc from 'fast-check';
import { attributesOf, type PolicyAction, type ResourceType } from '../catalogue.js';
import type { PolicyCondition, PolicyDocument, PolicyResource, Scalar } from '../policy.js';
import type { RowFilter } from '../row-filter.js';

const uuid = (last: number): string => `0190cccc-0000-7000-8000-00000000000${last}`;
const graphId = (prefix: string, id: string): string => `${prefix}_${id.replaceAll('-', '')}`;

/** Few of each, so that what is compared is often the same. */
export const USERS = [uuid(1), uuid(2), uuid(3)] as const;
const PROVIDERS = [uuid(4), uuid(5)] as const;
const STATUSES = ['PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED'] as const;
const PRICES = [0, 100, 2_500] as const;
const INSTANTS = ['2027-01-11T09:00:00.000Z', '2027-01-11T12:00:00.000Z', '2027-01-12T09:00:00.000Z'] as const;

/** The attributes of some booking. */
export const BOOKINGS: PolicyResource['attributes'] = {
  id: uuid(6),
  ownerId: null,
  clientId: uuid(7),
  providerId: PROVIDERS[0],
  serviceId: uuid(8),
  status: 'CONFIRMED',
  priceAmount: 100,
  startsAt: new Date(INSTANTS[0]),
  createdAt: new Date(INSTANTS[0]),
};

const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const some = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });
const condition = (attribute: string, operator: PolicyCondition['operator'], value: unknown): PolicyCondition => ({
  attribute,
  operator,
  value,
});

const equality = ['EQUALS', 'NOT_EQUALS'] as const;
const membership = ['IN', 'NOT_IN'] as const;
const order = ['EQUALS', 'NOT_EQUALS', 'LESS_THAN', 'AT_MOST', 'GREATER_THAN', 'AT_LEAST'] as const;

const conditions: fc.Arbitrary<PolicyCondition> = fc.oneof(
  ...(
    [
      ['resource.ownerId', USERS.map((id) => graphId('usr', id))],
      ['resource.providerId', PROVIDERS.map((id) => graphId('prv', id))],
      ['resource.status', STATUSES],
      ['user.id', USERS.map((id) => graphId('usr', id))],
    ] as const
  ).flatMap(([attribute, values]) => [
    fc.tuple(pick(equality), pick<string>(values)).map(([operator, value]) => condition(attribute, operator, value)),
    fc.tuple(pick(membership), some<string>(values)).map(([operator, value]) => condition(attribute, operator, value)),
  ]),
  fc.tuple(pick(order), pick<number>(PRICES)).map(([operator, value]) => condition('resource.priceAmount', operator, value)),
  fc.tuple(pick(order), pick<string>(INSTANTS)).map(([operator, value]) => condition('resource.startsAt', operator, value)),
  fc.tuple(pick(order), pick([0, 7, 12, 23])).map(([operator, value]) => condition('context.hour', operator, value)),
  fc
    .tuple(pick(['CONTAINS', 'NOT_CONTAINS'] as const), pick(['STAFF', 'USER']))
    .map(([operator, value]) => condition('user.roles', operator, value)),
  pick(equality).map((operator) => ({ attribute: 'resource.ownerId', operator, otherAttribute: 'user.id' })),
  pick(order).map((operator) => ({ attribute: 'resource.startsAt', operator, otherAttribute: 'context.now' })),
);

/** Policies about bookings, of every operator and kind of value. */
export const policyDocuments: fc.Arbitrary<PolicyDocument> = fc.record({
  description: fc.constant('A random rule'),
  effect: pick(['ALLOW', 'DENY'] as const),
  actions: some(['booking:read', 'booking:cancel', 'booking:update', 'booking:*']),
  resources: fc.constant(['Booking']),
  principals: fc.record({
    roles: fc.subarray(['STAFF', 'VIEWER']),
    families: fc.constant([]),
    users: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(USERS.map((id) => graphId('usr', id))) }),
  }),
  conditions: fc.array(conditions, { maxLength: 3 }),
});

/** Values by attribute, few of each, ids as the graph has them. */
type Samples = Readonly<Record<string, readonly (string | number)[]>>;

function conditionsAbout(type: ResourceType, samples: Samples): fc.Arbitrary<PolicyCondition> {
  const compared = Object.entries(samples).flatMap(([name, values]) => {
    const kind = attributesOf('resource', type)[name]?.type.kind;
    const hasOrder = kind === 'number' || kind === 'instant';
    const attribute = `resource.${name}`;
    if (kind === 'texts') {
      return [fc.tuple(pick(['CONTAINS', 'NOT_CONTAINS'] as const), pick(values)).map(([operator, value]) => condition(attribute, operator, value))];
    }
    return [
      fc.tuple(pick(hasOrder ? order : equality), pick(values)).map(([operator, value]) => condition(attribute, operator, value)),
      ...(hasOrder
        ? []
        : [fc.tuple(pick(membership), some(values)).map(([operator, value]) => condition(attribute, operator, value))]),
    ];
  });
  return fc.oneof(
    ...compared,
    fc.tuple(pick(equality), pick(USERS)).map(([operator, id]) => condition('user.id', operator, graphId('usr', id))),
    pick(equality).map((operator) => ({ attribute: 'resource.ownerId', operator, otherAttribute: 'user.id' })),
    pick(order).map((operator) => ({ attribute: 'resource.createdAt', operator, otherAttribute: 'context.now' })),
  );
}

/** Policies about a type that has owners and a time at which it was made, of one action. */
export const policiesAbout = (type: ResourceType, action: PolicyAction, samples: Samples): fc.Arbitrary<PolicyDocument> =>
  fc.record({
    description: fc.constant('A random rule'),
    effect: pick(['ALLOW', 'DENY'] as const),
    actions: fc.constant([action]),
    resources: fc.constant([type]),
    principals: fc.record({ roles: fc.subarray(['STAFF', 'VIEWER']), families: fc.constant([]), users: fc.constant([]) }),
    conditions: fc.array(conditionsAbout(type, { ownerId: USERS.map((id) => graphId('usr', id)), ...samples }), { maxLength: 3 }),
  });

/** Bookings of Acme, of which some belong to nobody who signs in. */
export const resources: fc.Arbitrary<PolicyResource> = fc
  .record({
    ownerId: pick([...USERS, null]),
    providerId: pick(PROVIDERS),
    status: pick(STATUSES),
    priceAmount: pick(PRICES),
    startsAt: pick(INSTANTS).map((instant) => new Date(instant)),
  })
  .map((attributes) => ({
    type: 'Booking',
    id: uuid(6),
    tenantId: '0190aaaa-0000-7000-8000-00000000000a',
    attributes: { ...BOOKINGS, ...attributes },
  }));

const comparable = (value: unknown): Scalar => (value instanceof Date ? value.getTime() : (value as Scalar));

/** Whether a row passes a filter, by the filter's own definition. */
export function holdsOf(filter: RowFilter, attributes: PolicyResource['attributes']): boolean {
  if (filter.kind !== 'test') {
    const holds = (part: RowFilter): boolean => holdsOf(part, attributes);
    return filter.kind === 'all' ? filter.of.every(holds) : filter.of.some(holds);
  }
  const { attribute, comparison, value, negated } = filter;
  const held = attributes[attribute];
  if (held == null) return negated;
  const one = comparable(held);
  const other = value as Scalar;
  const holds = {
    equals: () => one === other,
    in: () => (value as readonly Scalar[]).includes(one),
    contains: () => (held as readonly string[]).includes(String(other)),
    lessThan: () => one < other,
    atMost: () => one <= other,
    greaterThan: () => one > other,
    atLeast: () => one >= other,
  }[comparison]();
  return holds !== negated;
}
