import { describe, expect, it } from '@jest/globals';
import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import {
  assertCanBeCancelled,
  assertCanBeCompleted,
  assertCanBeMissed,
  assertCanBecome,
  BOOKING_STATUSES,
  canBecome,
  firstStatus,
  newReference,
  wayTo,
} from './reservation.js';

const startsAt = new Date('2027-01-12T15:00:00Z');
const minutesFromStart = (minutes: number): Date => new Date(startsAt.getTime() + minutes * 60_000);

describe('the states of a booking', () => {
  it('follow each other in these ways and no others', () => {
    const steps = BOOKING_STATUSES.flatMap((from) =>
      BOOKING_STATUSES.filter((to) => canBecome(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(steps).toEqual([
      'PENDING → CONFIRMED',
      'PENDING → CANCELLED',
      'PENDING → EXPIRED',
      'CONFIRMED → COMPLETED',
      'CONFIRMED → CANCELLED',
      'CONFIRMED → NO_SHOW',
      'EXPIRED → CONFIRMED',
    ]);
  });

  it('tell where a step that is not possible would have led', () => {
    expect(() => assertCanBecome('CANCELLED', 'COMPLETED')).toThrow(InvalidTransitionError);
    expect(() => assertCanBecome('CANCELLED', 'COMPLETED')).toThrow('A cancelled one cannot become completed');
  });

  it('begin as confirmed when there is nothing to pay', () => {
    expect(firstStatus(0)).toBe('CONFIRMED');
    expect(firstStatus(1)).toBe('PENDING');
  });

  it('are reached by steps that are possible', () => {
    for (const price of [0, 5_000]) {
      for (const status of BOOKING_STATUSES) {
        const way = wayTo(status, price);
        expect(way.at(-1)).toBe(status);
        for (const [at, to] of way.slice(1).entries()) expect(canBecome(way[at] ?? to, to)).toBe(true);
      }
    }
  });
});

describe('a confirmed booking', () => {
  const booking = { status: 'CONFIRMED', startsAt } as const;

  it('can be completed from one hour before its start on', () => {
    expect(() => assertCanBeCompleted(booking, minutesFromStart(-61))).toThrow('from one hour before its start');
    expect(() => assertCanBeCompleted(booking, minutesFromStart(-60))).not.toThrow();
  });

  it('can be missed from its start on', () => {
    expect(() => assertCanBeMissed(booking, minutesFromStart(-1))).toThrow('has not begun');
    expect(() => assertCanBeMissed(booking, minutesFromStart(0))).not.toThrow();
  });

  it('can be cancelled by the client until it begins, and by staff afterwards too', () => {
    expect(() => assertCanBeCancelled(booking, minutesFromStart(-1), 'client')).not.toThrow();
    expect(() => assertCanBeCancelled(booking, minutesFromStart(0), 'client')).toThrow('has begun');
    expect(() => assertCanBeCancelled(booking, minutesFromStart(0), 'staff')).not.toThrow();
  });
});

describe('a reference', () => {
  it('names the day and six digits', () => {
    expect(newReference('2027-01-12')).toMatch(/^BK-20270112-\d{6}$/);
  });
});
