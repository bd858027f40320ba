import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requirementsSchema, takenWhen, type Use } from './resource.js';

const use = (start: number, end: number, units = 1): Use => ({ start, end, units });

describe('a resource', () => {
  it('is taken while too little of it is left, and what touches is free', () => {
    expect(takenWhen([use(0, 10), use(5, 20)], 2, 1)).toEqual([{ start: 5, end: 10 }]);
    expect(takenWhen([use(0, 10), use(10, 20)], 2, 2)).toEqual([{ start: 0, end: 20 }]);
    expect(takenWhen([use(0, 10), use(10, 20)], 2, 1)).toEqual([]);
  });

  it('that never has so much is always taken', () => {
    expect(takenWhen([], 2, 3)).toEqual([{ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }]);
  });

  it('is taken at exactly the moments at which the sum of its uses leaves too little', () => {
    const anyUse = fc
      .record({ start: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 1, max: 10 }), units: fc.integer({ min: 1, max: 3 }) })
      .map(({ start, length, units }) => use(start, start + length, units));
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }),
        (uses, capacity, units) => {
          const taken = takenWhen(uses, capacity, units);
          for (let moment = 0; moment < 45; moment += 1) {
            const load = uses.filter(({ start, end }) => start <= moment && moment < end).reduce((sum, one) => sum + one.units, 0);
            const isTaken = taken.some(({ start, end }) => start <= moment && moment < end);
            if (isTaken !== load + units > capacity) return false;
          }
          return taken.every(({ start, end }, at) => start < end && (at === 0 || start >= (taken[at - 1]?.end ?? 0)));
        }),
    );
  });
});

describe('the requirements of a service', () => {
  it('name every kind once, whatever its case', () => {
    const twice = { resources: [{ kind: 'Room', units: 1 }, { kind: 'room', units: 2 }], qualifications: [] };
    expect(requirementsSchema.safeParse(twice).error?.issues[0]?.message).toBe('must name every kind once');
  });
});
