import { describe, expect, it } from '@jest/globals';
import { ENTERPRISE_SCHEMA, USER_SHAPE } from './attributes.js';
import { applyPatch, operationsOf } from './patch.js';
import type { JsonObject } from './tidy.js';

const ana = (): JsonObject => ({
  userName: 'ana@acme.example',
  active: true,
  name: { givenName: 'Ana', familyName: 'Diaz' },
  emails: [
    { value: 'ana@acme.example', type: 'work', primary: true },
    { value: 'ana@home.example', type: 'home' },
  ],
});

const patched = (...operations: readonly object[]): JsonObject => {
  const resource = ana();
  applyPatch(USER_SHAPE, resource, operationsOf({ Operations: operations }));
  return resource;
};

const refused = (scimType: string) => expect.objectContaining({ status: 400, scimType }) as unknown as Error;

describe('a patch', () => {
  it('writes attributes with a path and without one, as Okta and Entra ID do', () => {
    expect(patched({ op: 'replace', value: { active: false } })).toMatchObject({ active: false });
    expect(patched({ op: 'Replace', path: 'active', value: 'False' })).toMatchObject({ active: false });
    expect(patched({ op: 'Add', path: 'name.givenName', value: 'Anna' })['name']).toEqual({ givenName: 'Anna', familyName: 'Diaz' });
    expect(patched({ op: 'Replace', value: { 'name.familyName': 'Ruiz', displayName: 'Ana Ruiz' } })).toMatchObject({
      name: { givenName: 'Ana', familyName: 'Ruiz' },
      displayName: 'Ana Ruiz',
    });
    const department = `${ENTERPRISE_SCHEMA}:department`;
    expect(patched({ op: 'add', path: department, value: 'Sales' })[ENTERPRISE_SCHEMA]).toEqual({ department: 'Sales' });
    expect(patched({ op: 'add', value: { [department]: 'Sales' } })[ENTERPRISE_SCHEMA]).toEqual({ department: 'Sales' });
    expect(patched({ op: 'add', value: { [ENTERPRISE_SCHEMA]: { department: 'Sales' } } })[ENTERPRISE_SCHEMA]).toEqual({ department: 'Sales' });
  });

  it('writes the value that a filter means, and makes the one that is asked for', () => {
    expect(patched({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@acme.example' })['emails']).toEqual([
      { value: 'a@acme.example', type: 'work', primary: true },
      { value: 'ana@home.example', type: 'home' },
    ]);
    expect(patched({ op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+34600' })['phoneNumbers']).toEqual([
      { type: 'mobile', value: '+34600' },
    ]);
    expect(() => patched({ op: 'replace', path: 'emails[type co "x"].value', value: 'a' })).toThrow(refused('noTarget'));
  });

  it('adds to several values each once, and lets the new preferred one be the only one', () => {
    const again = { value: 'ana@home.example', type: 'home' };
    expect(patched({ op: 'add', path: 'emails', value: [again] })['emails']).toHaveLength(2);
    expect(patched({ op: 'add', path: 'emails', value: [{ value: 'new@acme.example', primary: true }] })['emails']).toEqual([
      { value: 'ana@acme.example', type: 'work', primary: false },
      { value: 'ana@home.example', type: 'home', primary: false },
      { value: 'new@acme.example', primary: true },
    ]);
  });

  it('removes attributes, parts of them, and of several those that are meant', () => {
    expect(patched({ op: 'remove', path: 'name' })).not.toHaveProperty('name');
    expect(patched({ op: 'remove', path: 'name.familyName' })['name']).toEqual({ givenName: 'Ana' });
    expect(patched({ op: 'remove', path: 'emails[type eq "home"]' })['emails']).toHaveLength(1);
    expect(patched({ op: 'Remove', path: 'emails', value: [{ value: 'ana@acme.example' }] })['emails']).toHaveLength(1);
    expect(patched({ op: 'remove', path: 'emails' })['emails']).toEqual([]);
  });

  it('is refused by the name of what is wrong with it', () => {
    expect(() => operationsOf({})).toThrow(refused('invalidSyntax'));
    expect(() => operationsOf({ Operations: [{ op: 'move', path: 'title' }] })).toThrow(refused('invalidSyntax'));
    expect(() => operationsOf({ Operations: Array.from({ length: 1_001 }, () => ({ op: 'remove', path: 'title' })) })).toThrow(refused('tooMany'));
    expect(() => patched({ op: 'replace', path: 'nothing', value: 1 })).toThrow(refused('invalidPath'));
    expect(() => patched({ op: 'replace', path: '__proto__.polluted', value: 1 })).toThrow(refused('invalidPath'));
    expect(() => patched({ op: 'replace', path: 'id', value: 'x' })).toThrow(refused('mutability'));
    expect(() => patched({ op: 'replace', path: 'groups', value: [] })).toThrow(refused('mutability'));
    expect(() => patched({ op: 'remove' })).toThrow(refused('noTarget'));
    expect(() => patched({ op: 'replace', path: 'emails[type eq]', value: 1 })).toThrow(refused('invalidFilter'));
    expect(() => patched({ op: 'add', path: 'title' })).toThrow(refused('invalidValue'));
  });

  it('passes over what is unknown where no path names it', () => {
    expect(patched({ op: 'replace', value: { schemas: [], id: 'x', favouriteColour: 'blue', title: 'Dr' } })).toEqual({ ...ana(), title: 'Dr' });
    expect(patched({ op: 'replace', value: JSON.parse('{ "__proto__": { "polluted": 1 } }') as object })).toEqual(ana());
  });
});
