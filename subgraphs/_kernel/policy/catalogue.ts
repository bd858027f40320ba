import type { TenantPermission } from '../wire/permissions.js';

/** What a value can be. An id is one of the graph's, which begins with its prefix; an instant is ISO 8601. */
export type AttributeType =
  | { readonly kind: 'id'; readonly prefix: string }
  | { readonly kind: 'text'; readonly values?: readonly string[] }
  | { readonly kind: 'number' }
  | { readonly kind: 'instant' }
  | { readonly kind: 'texts' };

export interface AttributeDefinition {
  readonly type: AttributeType;
  /** It may be missing. What is missing equals nothing, and is neither less nor greater than anything. */
  readonly optional?: true;
  readonly description: string;
}

export interface ActionDefinition {
  readonly resource: string;
  /** Any of these gives it by role. Empty where everybody who is signed in has it. */
  readonly permissions: readonly TenantPermission[];
  /** Whether it is everybody's for what is her own: `resource.ownerId` is she. */
  readonly ownerMay: boolean;
}

type Attributes = Readonly<Record<string, AttributeDefinition>>;

const id = (prefix: string, description: string): AttributeDefinition => ({ type: { kind: 'id', prefix }, description });

/** Types of the graph that policies can speak of, and what of them policies can look at. */
export const RESOURCES = {
  Booking: {
    id: id('bkg', 'The booking.'),
    ownerId: { ...id('usr', "The client's user; missing for a client who does not sign in."), optional: true },
    clientId: id('cli', 'The client.'),
    providerId: id('prv', 'The provider.'),
    serviceId: id('svc', 'The service.'),
    status: {
      type: { kind: 'text', values: ['PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED'] },
      description: 'Where it stands.',
    },
    priceAmount: { type: { kind: 'number' }, description: 'What it cost, in minor units.' },
    startsAt: { type: { kind: 'instant' }, description: 'The start.' },
    createdAt: { type: { kind: 'instant' }, description: 'When it was made.' },
  },
  Payment: {
    id: id('pay', 'The payment.'),
    ownerId: { ...id('usr', "The user whose bill it is; missing for a client who does not sign in."), optional: true },
    status: {
      type: {
        kind: 'text',
        values: ['REQUIRES_PAYMENT_METHOD', 'PROCESSING', 'REQUIRES_ACTION', 'FAILED', 'CANCELLED', 'SUCCEEDED', 'PARTIALLY_REFUNDED', 'REFUNDED'],
      },
      description: 'Where it stands.',
    },
    amount: { type: { kind: 'number' }, description: 'How much, in minor units.' },
    createdAt: { type: { kind: 'instant' }, description: 'When it was asked for.' },
  },
  StoredFile: {
    id: id('fil', 'The file.'),
    ownerId: { ...id('usr', 'Who uploaded it; missing where that is not known any more.'), optional: true },
    purpose: { type: { kind: 'text', values: ['DOCUMENT', 'IMAGE', 'ATTACHMENT'] }, description: 'What it is for.' },
    contentType: { type: { kind: 'text' }, description: 'Its media type, such as `application/pdf`.' },
    size: { type: { kind: 'number' }, description: 'How long it is, in bytes.' },
    createdAt: { type: { kind: 'instant' }, description: 'When it was announced.' },
  },
  Membership: {
    id: id('mbr', 'The membership.'),
    ownerId: id('usr', 'The person whose it is.'),
    roles: { type: { kind: 'texts' }, description: 'Names of her roles.' },
    status: {
      type: { kind: 'text', values: ['ACTIVE', 'INACTIVE', 'BANNED', 'HOLD', 'PENDING', 'SUSPENDED'] },
      description: 'Where she stands in the company.',
    },
    createdAt: { type: { kind: 'instant' }, description: 'When she became a member.' },
  },
  /** Decided before any client is read: policies see who asks and when, not whom about. */
  Client: {},
  Incident: {
    id: id('inc', 'The incident.'),
    type: { type: { kind: 'text' }, description: 'What goes wrong, as incidents name it.' },
    severity: { type: { kind: 'text', values: ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] }, description: 'How bad it is.' },
    flag: { type: { kind: 'text' }, description: 'What is about to be set; `auth.forceLogoutAll` where everybody is signed out.' },
  },
} as const satisfies Readonly<Record<string, Attributes>>;
export type ResourceType = keyof typeof RESOURCES;
export const RESOURCE_TYPES = Object.keys(RESOURCES) as readonly ResourceType[];

/** What policies can allow and deny. None of it is the platform's: no policy gives what staff of the platform have. */
export const ACTIONS = {
  'booking:read': { resource: 'Booking', permissions: ['appointments:read'], ownerMay: true },
  'booking:cancel': {
    resource: 'Booking',
    permissions: ['appointments:update', 'appointments:delete'],
    ownerMay: true,
  },
  'booking:update': { resource: 'Booking', permissions: ['appointments:update'], ownerMay: false },
  'payment:read': { resource: 'Payment', permissions: ['billing:read'], ownerMay: true },
  'file:read': { resource: 'StoredFile', permissions: ['files:read'], ownerMay: true },
  'file:delete': { resource: 'StoredFile', permissions: ['files:delete'], ownerMay: true },
  'member:read': { resource: 'Membership', permissions: ['users:manage', 'patients:read'], ownerMay: true },
  'member:change': { resource: 'Membership', permissions: ['users:manage'], ownerMay: false },
  'client:readContact': { resource: 'Client', permissions: [], ownerMay: false },
  'incident:applyFlags': { resource: 'Incident', permissions: ['settings:update'], ownerMay: false },
  'incident:forceLogout': { resource: 'Incident', permissions: ['settings:update'], ownerMay: false },
  'incident:disableProvider': { resource: 'Incident', permissions: ['settings:update'], ownerMay: false },
  'incident:blockSignups': { resource: 'Incident', permissions: ['settings:update'], ownerMay: false },
} as const satisfies Readonly<Record<string, ActionDefinition & { readonly resource: ResourceType }>>;
export type PolicyAction = keyof typeof ACTIONS;
export const POLICY_ACTIONS = Object.keys(ACTIONS) as readonly PolicyAction[];

export const isPolicyAction = (name: string): name is PolicyAction => Object.hasOwn(ACTIONS, name);

/** What policies can look at of whoever asks. */
const USER: Attributes = {
  id: id('usr', 'The person; of a program the service account.'),
  kind: { type: { kind: 'text', values: ['member', 'service'] }, description: 'A person or a program.' },
  roles: { type: { kind: 'texts' }, description: 'Her roles; a program has none.' },
  permissions: { type: { kind: 'texts' }, description: 'What her roles allow.' },
  assurance: { type: { kind: 'text', values: ['aal1', 'aal2'] }, description: 'One factor or two; of a program one.' },
};

/** What policies can look at of the request. */
const CONTEXT: Attributes = {
  now: { type: { kind: 'instant' }, description: 'The time of the decision.' },
  hour: { type: { kind: 'number' }, description: "The hour on the company's clocks, 0 to 23." },
  weekday: { type: { kind: 'number' }, description: "The day of the week on the company's calendar: Monday is 1." },
  ip: { type: { kind: 'text' }, description: 'Address of the client.', optional: true },
};

export type AttributeRoot = 'resource' | 'user' | 'context';

/** What can be looked at under one root; of a resource by its type. */
export const attributesOf = (root: AttributeRoot, resource: ResourceType): Attributes =>
  root === 'user' ? USER : root === 'context' ? CONTEXT : RESOURCES[resource];
