import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../../../_kernel/errors/domain-error.js';
import { definitionSchema, type WorkflowDefinition } from '../definition/definition.js';
import { createStepTypes } from '../definition/step-types.js';
import { SHIPPED_DEFINITIONS } from '../shipped/shipped.js';
import { allowedOutcomes, begin, decide, wakeAt, type Blueprint, type Command, type Person } from './engine.js';
import { applyEntry, replay, type HistoryEntry, type RunState } from './entry.js';
import { planMigration } from './migrate.js';
import { simulate } from './simulate.js';

const types = createStepTypes();
const SYSTEM = { id: null, kind: 'system' };
const START = new Date('2027-01-04T09:00:00.000Z');
const MINUTE = 60_000;

const person = (id: string, ...roles: string[]): Person => ({ id, kind: 'member', roles });
const shipped = (key: string): Blueprint => {
  const definition = SHIPPED_DEFINITIONS.get(key);
  if (!definition) throw new Error(key);
  return { definition, types };
};
const submit = (by: Person, outcome: string, data: Record<string, unknown> = {}): Command => ({ do: 'ACT', person: by, outcome, data, comment: null });

/** A run in memory. */
class Run {
  readonly entries: HistoryEntry[];
  state: RunState;
  now = START;

  readonly blueprint: Blueprint;

  constructor(blueprint: Blueprint, starterId: string | null = 'anna', input: Record<string, unknown> = {}) {
    this.blueprint = blueprint;
    const first = begin(blueprint, { starterId, input, actor: SYSTEM }, START);
    this.entries = [first];
    this.state = applyEntry(null, first);
  }

  tell(command: Command): this {
    for (const entry of decide(this.blueprint, this.state, command, this.now, SYSTEM)) {
      this.entries.push(entry);
      this.state = applyEntry(this.state, entry);
    }
    return this;
  }

  pass(minutes: number): this {
    this.now = new Date(this.now.getTime() + minutes * MINUTE);
    return this;
  }
}

const anna = person('anna', 'STAFF');
const olga = person('olga', 'OWNER');
const adam = person('adam', 'ADMIN');
const SPEND = { vendorName: 'Paper & Co', yearlySpend: 50_000, purpose: 'Paper' };
const vendor = () => new Run(shipped('vendor-approval'));
/** Where two must agree. */
const atJointApproval = () =>
  vendor().tell(submit(anna, 'SUBMIT', SPEND)).tell(submit(anna, 'SUBMIT', { registration: 'fil_1', taxForm: 'fil_2' }));

describe('a run of a workflow', () => {
  it('goes by the first guard that holds', () => {
    expect(vendor().tell(submit(anna, 'SUBMIT', { ...SPEND, yearlySpend: 10 })).state.step).toBe('approval');
    expect(vendor().tell(submit(anna, 'SUBMIT', SPEND)).state.step).toBe('documents');
    expect(atJointApproval().state.step).toBe('jointApproval');
  });

  it('names every field that a form lacks, and stays where it was', () => {
    const run = vendor();
    expect(() => run.tell(submit(anna, 'SUBMIT', { yearlySpend: -1 }))).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        issues: expect.arrayContaining([
          { field: 'data.vendorName', message: 'is required' },
          { field: 'data.yearlySpend', message: 'must be >= 0' },
        ]) as unknown,
      }),
    );
    expect(run.state.revision).toBe(1);
  });

  it('refuses an outcome that the step does not have, and whatever comes after the end', () => {
    const run = vendor();
    expect(() => run.tell(submit(anna, 'APPROVE'))).toThrow('This step ends with SUBMIT, not with APPROVE');
    run.tell({ do: 'CANCEL', reason: 'no longer needed' });
    expect(() => run.tell(submit(anna, 'SUBMIT', SPEND))).toThrow('This workflow is over');
    expect(allowedOutcomes(run.blueprint, run.state)).toEqual([]);
  });

  it('is moved on only by those whose task it is', () => {
    expect(() => vendor().tell(submit(person('eve', 'VIEWER'), 'SUBMIT', SPEND))).toThrow('This task is not yours');
    const claimed = vendor().tell({ do: 'CLAIM', person: anna });
    expect(() => claimed.tell(submit(olga, 'SUBMIT', SPEND))).toThrow('This task is not yours');
    expect(claimed.tell({ do: 'RELEASE', person: anna }).tell(submit(olga, 'SUBMIT', SPEND)).state.step).toBe('documents');
  });
});

describe('an approval', () => {
  it('is not given by whoever asked, or had a part in it', () => {
    const boss = person('anna', 'OWNER');
    expect(() => atJointApproval().tell(submit(boss, 'APPROVE'))).toThrow('Somebody who has no part in it must decide this');
    const helped = vendor().tell(submit(anna, 'SUBMIT', SPEND)).tell(submit(olga, 'SUBMIT', { registration: 'fil_1', taxForm: 'fil_2' }));
    expect(() => helped.tell(submit(olga, 'APPROVE'))).toThrow('no part in it');
  });

  it('by two takes two different people', () => {
    const run = atJointApproval().tell(submit(olga, 'APPROVE'));
    expect(run.state.step).toBe('jointApproval');
    expect(() => run.tell(submit(olga, 'APPROVE'))).toThrow('Somebody else must decide this, too');
    expect(run.tell(submit(adam, 'APPROVE')).state.step).toBe('admit');
  });

  it('is turned down by one', () => {
    expect(atJointApproval().tell(submit(olga, 'APPROVE')).tell(submit(adam, 'REJECT')).state.step).toBe('turnDown');
  });

  it('cannot be doubled or given to oneself by delegating it', () => {
    const run = atJointApproval().tell({ do: 'DELEGATE', person: olga, to: 'paul' }).tell(submit(person('paul'), 'APPROVE'));
    expect(run.state.votes).toEqual([{ outcome: 'APPROVE', by: 'paul', onBehalfOf: 'olga' }]);
    expect(() => run.tell(submit(olga, 'APPROVE'))).toThrow('Somebody else must decide this, too');
    expect(() => run.tell(submit(person('paul', 'ADMIN'), 'APPROVE'))).toThrow('Somebody else must decide this, too');
    const back = atJointApproval().tell({ do: 'DELEGATE', person: olga, to: 'anna' });
    expect(() => back.tell(submit(anna, 'APPROVE'))).toThrow('no part in it');
    const boss = person('anna', 'OWNER');
    expect(() => atJointApproval().tell({ do: 'DELEGATE', person: boss, to: 'paul' })).toThrow('no part in it');
  });
});

describe('time', () => {
  it('ends a timer when it has passed, once, and not before', () => {
    const run = new Run(shipped('customer-success'), null, { name: 'Clara' });
    run.tell({ do: 'FINISH', visit: 1 });
    expect(wakeAt(run.blueprint, run.state)).toEqual(new Date('2027-01-11T09:00:00.000Z'));
    expect(run.pass(7 * 24 * 60 - 1).tell({ do: 'WAKE' }).state.step).toBe('firstWeek');
    expect(run.pass(1).tell({ do: 'WAKE' }).state.step).toBe('checkIn');
    const { revision } = run.state;
    expect(run.tell({ do: 'WAKE' }).state.revision).toBe(revision);
  });

  it('hands what is overdue to others, once', () => {
    const run = vendor().tell(submit(anna, 'SUBMIT', { ...SPEND, yearlySpend: 10 })).tell({ do: 'CLAIM', person: adam });
    run.pass(5 * 24 * 60).tell({ do: 'WAKE' });
    expect(run.state).toMatchObject({ step: 'approval', escalated: true, assigneeId: null });
    expect(wakeAt(run.blueprint, run.state)).toBeNull();
    expect(run.tell(submit(olga, 'APPROVE')).state.step).toBe('admit');
  });

  it('takes the way for what is overdue where there is one', () => {
    const definition = definitionSchema.parse({
      key: 'offer', name: 'Offer', entityType: 'Offer', start: 'answer',
      steps: [
        { key: 'answer', name: 'Answer', type: 'APPROVAL', candidateRoles: ['OWNER'], due: { minutes: 30 } },
        { key: 'yes', name: 'Yes', type: 'END', config: { outcome: 'TAKEN' } },
        { key: 'no', name: 'No', type: 'END', config: { outcome: 'LAPSED' } },
      ],
      transitions: [
        { from: 'answer', on: 'APPROVE', to: 'yes' },
        { from: 'answer', on: 'REJECT', to: 'no' },
        { from: 'answer', on: 'OVERDUE', to: 'no' },
      ],
    });
    expect(new Run({ definition, types }).pass(30).tell({ do: 'WAKE' }).state).toMatchObject({ status: 'ENDED', outcome: 'LAPSED' });
  });

  it('does not let what was done in an earlier visit count for a later one', () => {
    const run = new Run(shipped('customer-success'), null);
    run.tell({ do: 'FINISH', visit: 1 });
    expect(run.tell({ do: 'FINISH', visit: 1 }).state.step).toBe('firstWeek');
  });
});

describe('history', () => {
  const people = [anna, olga, adam, person('paul', 'STAFF', 'ADMIN'), person('eve')];
  const datas = [{}, SPEND, { ...SPEND, yearlySpend: 5 }, { registration: 'fil_1', taxForm: 'fil_2' }, { legalName: 'A', country: 'DE', isRegulated: true }, { identityCard: 'fil_3' }, { licence: 'fil_4' }, { satisfaction: 2 }, { satisfaction: 5 }, { checked: ['The name is the same in all documents', 'No document has expired', 'The picture is readable'] }];
  const somebody = fc.constantFrom(...people);
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('ACT' as const), person: somebody, outcome: fc.constantFrom('SUBMIT', 'APPROVE', 'REJECT', 'VERIFY'), data: fc.constantFrom(...datas), comment: fc.constantFrom(null, 'so') }) },
    fc.record({ do: fc.constantFrom('CLAIM' as const, 'RELEASE' as const), person: somebody }),
    fc.record({ do: fc.constant('DELEGATE' as const), person: somebody, to: fc.constantFrom('anna', 'olga', 'paul') }),
    { weight: 2, arbitrary: fc.constant({ do: 'WAKE' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('FINISH' as const), visit: fc.integer({ min: 1, max: 12 }) }) },
    fc.constant({ do: 'CANCEL' as const, reason: 'enough' }),
  );

  it('replays to the same state whatever was tried, without gaps, and no approval is ever one-sided', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHIPPED_DEFINITIONS.keys()), fc.array(fc.tuple(command, fc.nat(5_000)), { maxLength: 60 }), (key, commands) => {
        const run = new Run(shipped(key));
        for (const [wanted, minutes] of commands) {
          run.pass(minutes);
          const before = run.state;
          try {
            run.tell(wanted);
          } catch (error) {
            expect(error).toBeInstanceOf(DomainError);
            expect(run.state).toBe(before);
          }
        }
        const stored = JSON.parse(JSON.stringify(run.entries)) as HistoryEntry[];
        expect(replay(stored)).toEqual(JSON.parse(JSON.stringify(run.state)));
        expect(stored.map(({ sequence }) => sequence)).toEqual(stored.map((_entry, at) => at + 1));
        const parts = new Set<string | null>(['anna']);
        for (const entry of stored) {
          if (entry.kind !== 'ACTED') continue;
          if (entry.takesPart) parts.add(entry.by);
          if (entry.outcome === 'APPROVE') expect([parts.has(entry.by), parts.has(entry.onBehalfOf)]).toEqual([false, false]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses an entry that does not come next', () => {
    const { entries } = atJointApproval();
    expect(() => replay(entries.slice(1))).toThrow('does not come next');
    expect(() => replay([...entries.slice(0, 2), ...entries.slice(3)])).toThrow('does not come next');
    expect(() => replay([])).toThrow('begins with an entry');
  });
});

describe('a simulation', () => {
  it('shows the way without anything happening, and how long it would take', () => {
    const said = [{ outcome: 'SUBMIT', data: { satisfaction: 2 } }, { outcome: 'SUBMIT', data: { satisfaction: 5 } }];
    const { path, state, minutes } = simulate(shipped('customer-success'), { name: 'Clara' }, said, START);
    expect(path).toEqual(['welcome', 'firstWeek', 'checkIn', 'alarm', 'pause', 'checkIn', 'settled']);
    expect(state).toMatchObject({ status: 'ENDED', outcome: 'SETTLED' });
    expect(minutes).toBe(21 * 24 * 60);
  });

  it('stops where nobody says what is done, and refuses what a task does not take', () => {
    expect(simulate(shipped('vendor-approval'), {}, [{ outcome: 'SUBMIT', data: SPEND }], START).state.step).toBe('documents');
    expect(() => simulate(shipped('vendor-approval'), {}, [{ outcome: 'APPROVE', data: {} }], START)).toThrow('acts.0.outcome: must be one of SUBMIT in request');
  });
});

describe('a run that is taken to another version', () => {
  const renamed = (name: string): WorkflowDefinition => {
    const text = JSON.stringify(shipped('vendor-approval').definition).replaceAll('"jointApproval"', `"${name}"`);
    return definitionSchema.parse(JSON.parse(text));
  };
  const plan = (definition: WorkflowDefinition, mapping: Record<string, string>, state: RunState) =>
    planMigration(
      { ...shipped('vendor-approval'), version: 1 },
      { definition, types, version: 2 },
      state,
      { mapping: new Map(Object.entries(mapping)), actor: SYSTEM, now: START },
    );

  it('goes on in the step that takes the place of its own, which begins anew', () => {
    const { state } = atJointApproval().tell(submit(olga, 'APPROVE'));
    const planned = plan(renamed('boardApproval'), { jointApproval: 'boardApproval' }, state);
    if (!planned.ok) throw new Error(planned.reason);
    expect(applyEntry(state, planned.entry)).toMatchObject({ step: 'boardApproval', votes: [], steps: state.steps, participants: ['anna'], visit: state.visit + 1 });
  });

  it('stays, with the reason, when nothing takes the place of its step or it is of another nature', () => {
    const { state } = atJointApproval();
    expect(plan(renamed('boardApproval'), {}, state)).toEqual({ ok: false, reason: 'Version 2 has no step jointApproval; map jointApproval to another' });
    expect(plan(renamed('boardApproval'), { jointApproval: 'admit' }, state)).toEqual({ ok: false, reason: 'jointApproval cannot become admit, which is a AUTOMATION' });
    const atWork = atJointApproval().tell(submit(olga, 'REJECT')).state;
    expect(plan(renamed('x'), {}, atWork)).toMatchObject({ ok: false });
  });
});
