import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBookingContention, type BookingContention } from '../../../tests/support/booking-contention.js';

const LONG = 1_200_000;

describe('booking, when a thousand want the same', () => {
  let contention: BookingContention;

  beforeAll(async () => {
    contention = await startBookingContention();
  }, 60_000);
  afterAll(() => contention.stop());

  it('gives two services in opposite orders whole or not at all', async () => {
    const { won, lost, unexpected, groups, halves, live } = await contention.oppositeOrders(1_000);
    expect(unexpected).toEqual([]);
    expect({ won, lost, groups, halves, live }).toEqual({ won: 2, lost: 998, groups: 2, halves: 0, live: 4 });
  }, LONG);

  it('gives twelve seats to twelve of five hundred, and lets the rest wait in line', async () => {
    const { seats, waiting, unexpected, offered, firstInLine } = await contention.fullGroup({ capacity: 12, attempts: 500, cancelled: 12 });
    expect(unexpected).toEqual([]);
    expect(seats).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(waiting).toBe(488);
    expect(offered).toEqual(firstInLine);
  }, LONG);

  it('books what is offered and refuses what is not, a thousand times', async () => {
    const { booked, refused, contradictions } = await contention.offeredAgainstBooked(1_000);
    expect(contradictions).toEqual([]);
    expect(booked).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  }, LONG);

  it('has nobody wait in a circle', async () => {
    expect(await contention.deadlocks()).toBe(0);
  });
});
