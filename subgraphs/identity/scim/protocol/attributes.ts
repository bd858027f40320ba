export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** What an attribute is, in the words of RFC 7643, section 7. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable';
  readonly returned: 'default' | 'always';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes?: readonly Attribute[];
  readonly referenceTypes?: readonly string[];
}

type Rest = Partial<Omit<Attribute, 'name' | 'description'>>;

const attribute = (name: string, description: string, rest: Rest = {}): Attribute => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...rest,
});

const complex = (name: string, description: string, subAttributes: readonly Attribute[], rest: Rest = {}): Attribute =>
  attribute(name, description, { type: 'complex', subAttributes, ...rest });

const several = (name: string, description: string, rest: Rest = {}, parts: readonly Attribute[] = VALUE_PARTS): Attribute =>
  complex(name, description, parts, { multiValued: true, ...rest });

const VALUE_PARTS: readonly Attribute[] = [
  attribute('value', 'The value.'),
  attribute('display', 'The value for people to read.'),
  attribute('type', 'What it is for, such as work.'),
  attribute('primary', 'Whether it is the preferred one.', { type: 'boolean' }),
];

const REFERENCE = attribute('$ref', 'Where it is found.', { type: 'reference', caseExact: true, mutability: 'readOnly', referenceTypes: ['User', 'Group'] });

const EXTERNAL_ID = attribute('externalId', 'What the directory knows it by.', { caseExact: true });

export const USER_ATTRIBUTES: readonly Attribute[] = [
  attribute('userName', 'What she signs in to her directory with; unique in the company.', { required: true, uniqueness: 'server' }),
  EXTERNAL_ID,
  complex('name', 'Her name in parts.', [
    attribute('formatted', 'The whole of it.'),
    attribute('familyName', 'Family name.'),
    attribute('givenName', 'Given name.'),
    attribute('middleName', 'Middle name.'),
    attribute('honorificPrefix', 'Title before it.'),
    attribute('honorificSuffix', 'Suffix behind it.'),
  ]),
  attribute('displayName', 'What she goes by.'),
  attribute('nickName', 'What friends call her.'),
  attribute('title', 'What she is in the company.'),
  attribute('userType', 'How she belongs to the company.'),
  attribute('preferredLanguage', 'The language she would read.'),
  attribute('locale', 'How she writes numbers and dates.'),
  attribute('timezone', 'IANA zone she lives in.'),
  attribute('active', 'Whether she has a place in the company here.', { type: 'boolean' }),
  several('emails', 'Her addresses; the primary one is whose account she is.'),
  several('phoneNumbers', 'Her telephone numbers.'),
  several('roles', 'Roles of the company that she has whatever groups she is in.'),
  several('groups', 'The groups she is in.', { mutability: 'readOnly' }, [...VALUE_PARTS, REFERENCE]),
];

export const ENTERPRISE_ATTRIBUTES: readonly Attribute[] = [
  attribute('employeeNumber', 'Number she has in the company.'),
  attribute('costCenter', 'Cost centre.'),
  attribute('organization', 'Organization.'),
  attribute('division', 'Division.'),
  attribute('department', 'Department.'),
  complex('manager', 'Whom she reports to.', [
    attribute('value', 'Id of the manager.', { caseExact: true }),
    attribute('displayName', 'Name of the manager.'),
    REFERENCE,
  ]),
];

export const GROUP_ATTRIBUTES: readonly Attribute[] = [
  attribute('displayName', 'What it is called; unique in the company. The name of a role gives its members that role.', {
    required: true,
    uniqueness: 'server',
  }),
  EXTERNAL_ID,
  several('members', 'Who is in it.', {}, [
    attribute('value', 'Id of the person.', { caseExact: true, mutability: 'immutable' }),
    attribute('display', 'What she goes by.', { mutability: 'readOnly' }),
    attribute('type', 'User, always.', { mutability: 'immutable' }),
    REFERENCE,
  ]),
];

/** What a resource can hold: its own attributes, and those of the extensions by their schema. */
export interface ResourceShape {
  readonly schema: string;
  readonly attributes: readonly Attribute[];
  readonly extensions: Readonly<Record<string, readonly Attribute[]>>;
}

/** What the server says of a resource, and nobody else. */
const COMMON_READ_ONLY: readonly Attribute[] = [
  attribute('id', 'Id.', { mutability: 'readOnly', caseExact: true }),
  attribute('schemas', 'Schemas.', { mutability: 'readOnly', multiValued: true }),
  complex('meta', 'What is known of the resource itself.', [], { mutability: 'readOnly' }),
];

export const USER_SHAPE: ResourceShape = {
  schema: USER_SCHEMA,
  attributes: [...COMMON_READ_ONLY, ...USER_ATTRIBUTES],
  extensions: { [ENTERPRISE_SCHEMA]: ENTERPRISE_ATTRIBUTES },
};

export const GROUP_SHAPE: ResourceShape = {
  schema: GROUP_SCHEMA,
  attributes: [...COMMON_READ_ONLY, ...GROUP_ATTRIBUTES],
  extensions: {},
};

/** An attribute by its name, whatever its case. */
export const attributeNamed = (attributes: readonly Attribute[], name: string): Attribute | undefined =>
  attributes.find((one) => one.name.toLowerCase() === name.toLowerCase());
