import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { SHIPPED_DEFINITIONS } from '../shipped/shipped.js';
import { checkDefinition } from './check-definition.js';
import { definitionSchema, type WorkflowDefinition } from './definition.js';
import { diffDefinitions } from './diff.js';
import { compileForm } from './form.js';
import { createStepTypes } from './step-types.js';

const types = createStepTypes();
type Draft = z.input<typeof definitionSchema>;

const draft = (over: Partial<Draft> = {}): WorkflowDefinition =>
  definitionSchema.parse({
    key: 'leave',
    name: 'Leave',
    entityType: 'Leave',
    start: 'ask',
    steps: [
      { key: 'ask', name: 'Ask', type: 'FORM', assignee: 'STARTER', config: { schema: { type: 'object' } } },
      { key: 'agree', name: 'Agree', type: 'APPROVAL', candidateRoles: ['OWNER'] },
      { key: 'end', name: 'End', type: 'END', config: { outcome: 'DONE' } },
    ],
    transitions: [
      { from: 'ask', on: 'SUBMIT', to: 'agree' },
      { from: 'agree', on: 'APPROVE', to: 'end' },
      { from: 'agree', on: 'REJECT', to: 'ask' },
    ],
    ...over,
  });
const problemsOf = (definition: WorkflowDefinition): readonly string[] =>
  checkDefinition(definition, types).map(({ field, message }) => `${field}: ${message}`);
const { steps, transitions } = draft();

describe('a definition', () => {
  it('is sound when everything leads somewhere', () => {
    expect(problemsOf(draft())).toEqual([]);
  });

  it.each([...SHIPPED_DEFINITIONS.values()].map((definition) => [definition.key, definition] as const))(
    'of the platform itself is sound: %s',
    (_key, definition) => {
      expect(problemsOf(definition)).toEqual([]);
    },
  );

  it.each<[string, Partial<Draft>, string]>([
    ['an unknown start', { start: 'nowhere' }, 'start: is no step of it'],
    ['two steps of one key', { steps: [...steps, ...steps.slice(0, 1)] }, 'steps: ask is there twice'],
    ['an unknown kind', { steps: [{ ...steps[0]!, type: 'MAGIC' }, ...steps.slice(1)] }, 'steps.0.type: must be one of FORM'],
    ['a task for nobody', { steps: [steps[0]!, { ...steps[1]!, candidateRoles: [] }, steps[2]!] }, 'steps.1.candidateRoles: somebody must'],
    ['a transition to nowhere', { transitions: [...transitions, { from: 'agree', on: 'APPROVE', to: 'x' }] }, 'transitions.3.to: is no step'],
    ['an outcome that a step has not', { transitions: [...transitions, { from: 'ask', on: 'REJECT', to: 'end' }] }, 'transitions.3.on: is no outcome of ask: SUBMIT'],
    [
      'a guard that cannot be read',
      { transitions: [{ from: 'ask', on: 'SUBMIT', to: 'end', when: 'input.a >' }, ...transitions] },
      'transitions.0.when: expected a value',
    ],
    ['an outcome that leads nowhere', { transitions: transitions.slice(0, 2) }, 'steps.1: nothing comes after REJECT when no guard holds'],
    [
      'a guard that may leave nothing',
      { transitions: [{ ...transitions[0]!, when: 'input.a == 1' }, ...transitions.slice(1)] },
      'steps.0: nothing comes after SUBMIT when no guard holds',
    ],
    [
      'what can never be taken',
      { transitions: [...transitions, { from: 'ask', on: 'SUBMIT', to: 'end', when: 'true' }] },
      'steps.0: transitions after SUBMIT stand behind one that is always taken',
    ],
    [
      'a step that is never reached',
      { steps: [...steps, { key: 'lost', name: 'Lost', type: 'END', config: { outcome: 'LOST' } }] },
      'steps.3: lost is never reached',
    ],
    [
      'a circle that never ends',
      { transitions: [transitions[0]!, { ...transitions[1]!, to: 'ask' }, transitions[2]!] },
      'steps.0: no end is reached from ask',
    ],
    [
      'a form that is no JSON Schema',
      { steps: [{ ...steps[0]!, config: { schema: { type: 'object', properties: { a: { type: 'strin' } } } } }, ...steps.slice(1)] },
      'steps.0.config.schema: is no JSON Schema',
    ],
  ])('is refused for %s', (_what, over, problem) => {
    expect(problemsOf(draft(over)).join('\n')).toContain(problem);
  });

  it('is refused when the platform would go round for ever by itself', () => {
    const effect = (key: string) => ({
      key,
      name: key,
      type: 'NOTIFICATION',
      config: { notice: { do: 'NOTIFY', roles: ['OWNER'], title: 'x', body: '' } },
    });
    const looping = draft({
      steps: [...steps, effect('ping'), effect('pong')],
      transitions: [
        transitions[0]!,
        transitions[1]!,
        { from: 'agree', on: 'REJECT', to: 'ping' },
        { from: 'ping', on: 'DONE', to: 'end', when: 'input.stop == true' },
        { from: 'ping', on: 'DONE', to: 'pong' },
        { from: 'pong', on: 'DONE', to: 'ping' },
      ],
    });
    expect(problemsOf(looping).join()).toContain('ping would come round again for ever');
  });

  it('hands out no role that could hand out more', () => {
    const action = (role: string) => ({ do: 'GRANT_ROLE', role, user: 'input.userId' });
    const granting = (role: string) =>
      draft({
        steps: [...steps, { key: 'grant', name: 'Grant', type: 'AUTOMATION', config: { actions: [action(role)] } }],
        transitions: [transitions[0]!, { from: 'agree', on: 'APPROVE', to: 'grant' }, transitions[2]!, { from: 'grant', on: 'DONE', to: 'end' }],
      });
    expect(problemsOf(granting('OWNER')).join()).toContain('is never granted by a workflow');
    expect(problemsOf(granting('STAFF'))).toEqual([]);
  });

  it('may use a kind of step that was registered', () => {
    const callBack = { name: 'CALL_BACK', nature: 'TASK', outcomes: ['REACHED', 'MISSED'], config: z.strictObject({}) } as const;
    const own = draft({
      steps: [...steps, { key: 'call', name: 'Call', type: 'CALL_BACK', candidateRoles: ['STAFF'] }],
      transitions: [
        transitions[0]!,
        transitions[1]!,
        { from: 'agree', on: 'REJECT', to: 'call' },
        { from: 'call', on: 'REACHED', to: 'ask' },
        { from: 'call', on: 'MISSED', to: 'end' },
      ],
    });
    expect(checkDefinition(own, createStepTypes([callBack as never]))).toEqual([]);
    expect(problemsOf(own).join()).toContain('steps.3.type: must be one of');
    expect(() => createStepTypes([callBack as never, callBack as never])).toThrow('two kinds of steps');
  });
});

describe('a form', () => {
  const check = (schema: Record<string, unknown>, data: unknown) => {
    const form = compileForm({ type: 'object', ...schema });
    if (!form.ok) throw new Error(form.message);
    return form.check(data).map(({ field, message }) => `${field}: ${message}`);
  };

  it('names every field that is not as it should be', () => {
    const schema = {
      properties: { name: { type: 'string', minLength: 2 }, born: { type: 'string', format: 'date' }, address: { type: 'object', properties: { zip: { type: 'string' } }, required: ['zip'] } },
      required: ['name', 'born'],
      additionalProperties: false,
    };
    expect(check(schema, { name: 'Anna', born: '1990-02-03' })).toEqual([]);
    expect(check(schema, { name: 'A', address: {}, more: 1 }).sort()).toEqual([
      'data.address.zip: is required',
      'data.born: is required',
      'data.more: must NOT have additional properties',
      'data.name: must NOT have fewer than 2 characters',
    ]);
    expect(check(schema, { name: 'Anna', born: 'yesterday' })).toEqual(['data.born: must match format "date"']);
  });

  it('takes what an object inherits for nothing', () => {
    expect(check({ properties: { toString: { type: 'string' } }, required: ['toString'] }, {})).toEqual(['data.toString: is required']);
  });

  it.each([
    ['a reference', { properties: { a: { $ref: 'https://elsewhere.example/schema' } } }, 'must not use $ref'],
    ['a pattern, which a stranger could make to run for ever', { properties: { a: { type: 'string', pattern: '(a+)+$' } } }, 'must not use pattern'],
    ['an unknown keyword', { widget: 'x' }, 'is no JSON Schema'],
    ['anything but an object', { type: 'array' }, 'must describe an object'],
  ])('is refused for %s', (_what, schema, message) => {
    expect(compileForm({ type: 'object', ...schema })).toMatchObject({ ok: false, message: expect.stringContaining(message) as never });
  });

  it('may have a field that is called as a keyword is', () => {
    expect(check({ properties: { pattern: { type: 'string' } } }, { pattern: 'x' })).toEqual([]);
  });
});

describe('the difference of two versions', () => {
  it('names steps, transitions and properties that were added, removed or changed', () => {
    const after = draft({
      name: 'Days off',
      steps: [steps[0]!, { ...steps[1]!, config: { approvals: 2 } }, steps[2]!, { key: 'no', name: 'No', type: 'END', config: { outcome: 'NO' } }],
      transitions: [transitions[0]!, transitions[1]!, { from: 'agree', on: 'REJECT', to: 'no' }],
    });
    expect(diffDefinitions(draft(), after)).toEqual([
      { change: 'CHANGED', what: 'PROPERTY', name: 'name', properties: ['value'] },
      { change: 'CHANGED', what: 'STEP', name: 'agree', properties: ['config'] },
      { change: 'ADDED', what: 'STEP', name: 'no', properties: [] },
      { change: 'REMOVED', what: 'TRANSITION', name: 'agree -REJECT-> ask', properties: [] },
      { change: 'ADDED', what: 'TRANSITION', name: 'agree -REJECT-> no', properties: [] },
    ]);
    expect(diffDefinitions(draft(), draft())).toEqual([]);
  });
});
