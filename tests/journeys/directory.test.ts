import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearer, knock, tokensOf } from '../abuse/attacker.js';
import { directoryWith, issueScimToken, type Directory } from '../support/directory.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { eventually } from '../support/runtime.js';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../subgraphs/identity/scim/protocol/attributes.js';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** As Okta creates somebody. */
const asOkta = (name: string, of: object = {}) => ({
  schemas: [USER_SCHEMA],
  userName: `${name}@acme.example`,
  name: { givenName: name, familyName: 'Diaz' },
  emails: [{ primary: true, value: `${name}@acme.example`, type: 'work' }],
  displayName: `${name} Diaz`,
  locale: 'en-US',
  externalId: `00u-${name}`,
  groups: [],
  password: 'W1ll-not-be-kept',
  active: true,
  ...of,
});

/** As Entra ID creates somebody. */
const asEntra = (name: string) => ({
  schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
  externalId: `entra-${name}`,
  userName: `${name}@acme.example`,
  active: 'True',
  displayName: `${name} Ruiz`,
  emails: [{ primary: true, type: 'work', value: `${name}@acme.example` }],
  meta: { resourceType: 'User' },
  name: { formatted: `${name} Ruiz`, familyName: 'Ruiz', givenName: name },
  title: '',
  [ENTERPRISE_SCHEMA]: { department: 'Sales', employeeNumber: '42' },
});

const patch = (...operations: readonly object[]) => ({ schemas: [PATCH_SCHEMA], Operations: operations });

describe("a company's directory", () => {
  let platform: TestPlatform;
  let directory: Directory;
  let owner: string;

  const members = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const query = '{ members(first: 100) { edges { node { roles user { email } } } } }';
    const { data } = await knock(platform.url, { headers: bearer(owner), body: { query } });
    const { edges } = (data as { members: { edges: { node: { roles: string[]; user: { email: string } } }[] } }).members;
    return new Map(edges.map(({ node }) => [node.user.email, node.roles]));
  };
  const create = async (body: object): Promise<string> => {
    const { status, json } = await directory.ask('POST', '/Users', { body });
    expect([status, json['detail']]).toEqual([201, undefined]);
    return json['id'] as string;
  };
  const total = async (filter: string, kind = 'Users') =>
    (await directory.ask('GET', `/${kind}?filter=${encodeURIComponent(filter)}`)).json['totalResults'];

  beforeAll(async () => {
    platform = await startTestPlatform();
    owner = (await tokensOf(platform.url, 'owner@acme.example')).accessToken;
    const issued = await issueScimToken(platform.url, owner, { name: 'Okta' });
    expect(issued.scimToken.preview).toBe(`scim_…${issued.token.slice(-4)}`);
    directory = directoryWith(platform.url, issued.token);
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('learns what the service can do', async () => {
    const config = await directory.ask('GET', '/ServiceProviderConfig');
    expect(config).toMatchObject({ status: 200, json: { patch: { supported: true }, filter: { supported: true }, etag: { supported: true } } });
    expect(config.headers['content-type']).toContain('application/scim+json');
    expect((await directory.ask('GET', '/ResourceTypes')).json['totalResults']).toBe(2);
    expect((await directory.ask('GET', `/Schemas/${USER_SCHEMA}`)).json).toMatchObject({ name: 'User' });
    expect((await directory.ask('GET', '/Schemas/urn:nothing')).status).toBe(404);
  });

  it('creates somebody, who is a member at once, and finds her by what it knows of her', async () => {
    const id = await create(asOkta('okta-one'));
    expect((await members()).get('okta-one@acme.example')).toEqual(['USER']);
    const read = await directory.ask('GET', `/Users/${id}`);
    expect(read.json).toMatchObject({
      schemas: [USER_SCHEMA],
      userName: 'okta-one@acme.example',
      externalId: '00u-okta-one',
      name: { givenName: 'okta-one', familyName: 'Diaz' },
      active: true,
      meta: { resourceType: 'User', location: expect.stringMatching(/^http:\/\/acme\..*\/scim\/v2\/Users\/scu_/) as unknown },
    });
    expect(JSON.stringify(read.json)).not.toContain('W1ll-not-be-kept');
    expect(await total('userName eq "OKTA-one@acme.example"')).toBe(1);
    expect(await total('externalId eq "00u-okta-one"')).toBe(1);
    expect(await total(`id eq "${id}"`)).toBe(1);
    expect(await total('emails[type eq "work" and value sw "okta-one@"]')).toBe(1);
    expect(await total('name.familyName co "IAZ" and active eq true')).toBe(1);
    expect(await total('userName eq "okta-one@acme.example" and not (active eq false) and meta.created gt "2020-01-01T00:00:00Z"')).toBe(1);
    expect(await total('userName eq "nobody" or displayName eq "okta-one diaz"')).toBe(1);
    expect(await total('title pr')).toBe(0);
  });

  it('is told that somebody is there already, as both ask first and create then', async () => {
    const body = asEntra('twice');
    expect(await total('userName eq "twice@acme.example"')).toBe(0);
    await create(body);
    expect(await directory.ask('POST', '/Users', { body })).toMatchObject({ status: 409, json: { scimType: 'uniqueness', status: '409' } });
  });

  it('keeps what Entra ID says of somebody, and changes it by patches', async () => {
    const id = await create(asEntra('entra-one'));
    const operations = [
      { op: 'Replace', path: 'displayName', value: 'Entra One' },
      { op: 'Add', path: `${ENTERPRISE_SCHEMA}:department`, value: 'Support' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'one@acme.example' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+34600000000' },
    ];
    const { status, json } = await directory.ask('PATCH', `/Users/${id}`, { body: patch(...operations) });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      displayName: 'Entra One',
      [ENTERPRISE_SCHEMA]: { department: 'Support', employeeNumber: '42' },
      emails: [{ value: 'one@acme.example', type: 'work', primary: true }],
      phoneNumbers: [{ type: 'mobile', value: '+34600000000' }],
      active: true,
    });
    expect(await total(`${ENTERPRISE_SCHEMA}:department eq "support"`)).toBe(1);
  });

  it('changes only what it has seen the last state of', async () => {
    const id = await create(asOkta('tagged'));
    const { etag } = (await directory.ask('GET', `/Users/${id}`)).headers;
    expect(etag).toBe('W/"1"');
    expect((await directory.ask('GET', `/Users/${id}`, { headers: { 'if-none-match': String(etag) } })).status).toBe(304);
    const change = (ifMatch: string, title: string) =>
      directory.ask('PUT', `/Users/${id}`, { headers: { 'if-match': ifMatch }, body: asOkta('tagged', { title }) });
    const changed = await change(String(etag), 'Dr');
    expect(changed).toMatchObject({ status: 200, headers: { etag: 'W/"2"' }, json: { title: 'Dr' } });
    expect((await change(String(etag), 'Prof')).status).toBe(412);
    // The same again changes nothing, and is no other state.
    expect((await change('W/"2"', 'Dr')).headers['etag']).toBe('W/"2"');
  });

  it('pages through its people', async () => {
    for (const name of ['p1', 'p2', 'p3']) await create(asOkta(`page-${name}`));
    const page = async (startIndex: number, count: number) => {
      const filter = encodeURIComponent('userName sw "page-"');
      const { json } = await directory.ask('GET', `/Users?filter=${filter}&startIndex=${startIndex}&count=${count}&attributes=userName`);
      return { ...json, names: (json['Resources'] as { userName: string; active?: boolean }[]).map(({ userName }) => userName.slice(5, 7)), json };
    };
    expect(await page(1, 2)).toMatchObject({ totalResults: 3, itemsPerPage: 2, startIndex: 1, names: ['p1', 'p2'] });
    expect(await page(3, 2)).toMatchObject({ totalResults: 3, itemsPerPage: 1, names: ['p3'] });
    expect(await page(1, 0)).toMatchObject({ totalResults: 3, itemsPerPage: 0, names: [] });
    const [first] = (await page(1, 1)).json['Resources'] as Record<string, unknown>[];
    expect(Object.keys(first ?? {}).sort()).toEqual(['id', 'schemas', 'userName']);
  });

  it('gives roles by groups that are called as roles are, and takes them back', async () => {
    const id = await create(asOkta('desk'));
    const body = { schemas: [GROUP_SCHEMA], displayName: 'Staff', externalId: 'g-1', members: [{ value: id, display: 'desk' }] };
    const made = await directory.ask('POST', '/Groups', { body });
    expect(made).toMatchObject({ status: 201, json: { displayName: 'Staff', members: [{ value: id, type: 'User', display: 'desk Diaz' }] } });
    const group = String(made.json['id']);
    const roles = async () => (await members()).get('desk@acme.example');
    expect(await roles()).toEqual(['USER', 'STAFF']);
    expect((await directory.ask('GET', `/Users/${id}`)).json['groups']).toMatchObject([{ value: group, display: 'Staff' }]);

    const withoutHer = patch({ op: 'remove', path: `members[value eq "${id}"]` });
    expect((await directory.ask('PATCH', `/Groups/${group}`, { body: withoutHer })).json['members']).toEqual([]);
    expect(await roles()).toEqual(['USER']);
    const withHer = patch({ op: 'Add', path: 'members', value: [{ value: id }] });
    await directory.ask('PATCH', `/Groups/${group}`, { body: withHer });
    expect(await roles()).toEqual(['USER', 'STAFF']);
    await directory.ask('PATCH', `/Groups/${group}`, { body: patch({ op: 'Remove', path: 'members', value: [{ value: id }] }) });
    expect(await roles()).toEqual(['USER']);
    await directory.ask('PATCH', `/Groups/${group}`, { body: withHer });
    expect(await total(`displayName eq "staff" and members.value eq "${id}"`, 'Groups')).toBe(1);
    const lean = await directory.ask('GET', '/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Staff%22');
    expect((lean.json['Resources'] as object[])[0]).not.toHaveProperty('members');
    expect((await directory.ask('DELETE', `/Groups/${group}`)).status).toBe(204);
    expect(await roles()).toEqual(['USER']);
  });

  it('gives roles by any other group once an administrator has said which', async () => {
    const id = await create(asOkta('billing'));
    const made = await directory.ask('POST', '/Groups', { body: { schemas: [GROUP_SCHEMA], displayName: 'Engineering', members: [{ value: id }] } });
    const roles = async () => (await members()).get('billing@acme.example');
    expect(await roles()).toEqual(['USER']);
    const query = 'mutation($id: ID!, $roles: [String!]!) { mapScimGroup(id: $id, roles: $roles) { __typename ... on UserError { message } } }';
    const mapped = await knock(platform.url, { headers: bearer(owner), body: { query, variables: { id: made.json['id'], roles: ['BILLING'] } } });
    expect(mapped.data).toEqual({ mapScimGroup: { __typename: 'ScimGroup' } });
    expect(await roles()).toEqual(['USER', 'BILLING']);
  });

  it('lets somebody go: her membership and every session of hers end at once, and she can be taken back', async () => {
    const { json } = await directory.ask('POST', '/Users', { body: asOkta('staff', { userName: 'staff@acme.example', emails: [{ value: 'staff@acme.example', primary: true }] }) });
    const id = String(json['id']);
    const before = (await members()).get('staff@acme.example');
    expect(before).toEqual(['STAFF']);
    const { accessToken } = await tokensOf(platform.url, 'staff@acme.example');
    const whoAmI = () => knock(platform.url, { headers: bearer(accessToken), body: { query: '{ me { id } }' } });
    expect((await whoAmI()).codes).toEqual([]);

    const gone = await directory.ask('PATCH', `/Users/${id}`, { body: patch({ op: 'Replace', path: 'active', value: 'False' }) });
    expect(gone).toMatchObject({ status: 200, json: { active: false } });
    expect((await members()).has('staff@acme.example')).toBe(false);
    await eventually(async () => (await whoAmI()).codes.includes('UNAUTHENTICATED'));
    expect(await total('active eq false')).toBe(1);

    const back = await directory.ask('PATCH', `/Users/${id}`, { body: patch({ op: 'replace', value: { active: true } }) });
    expect(back.json['active']).toBe(true);
    expect((await members()).get('staff@acme.example')).toEqual(['STAFF']);
    expect((await directory.ask('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await members()).has('staff@acme.example')).toBe(false);
    expect((await directory.ask('GET', `/Users/${id}`)).status).toBe(404);
  });

  it('is found by its token at the platform’s own address, and refused at another company’s', async () => {
    expect((await directory.ask('GET', '/Users?count=0', { host: 'localhost' })).status).toBe(200);
    const elsewhere = await directory.ask('GET', '/Users', { host: 'globex.localhost' });
    expect(elsewhere).toMatchObject({ status: 403, json: { errors: [{ extensions: { code: 'TENANT_MISMATCH' } }] } });
    const globexOwner = (await tokensOf(platform.url, 'owner@globex.example')).accessToken;
    const theirs = directoryWith(platform.url, (await issueScimToken(platform.url, globexOwner, { name: 'G' }, 'globex.localhost')).token, 'globex.localhost');
    expect(await theirs.ask('GET', '/Users')).toMatchObject({ status: 200, json: { totalResults: 0 } });
    const strangers = await directory.ask('GET', '/Users', { headers: bearer('nonsense') });
    expect(strangers).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="scim"' } });
    expect((await directory.ask('GET', '/Users', { headers: bearer(owner) })).status).toBe(401);
  });
});
