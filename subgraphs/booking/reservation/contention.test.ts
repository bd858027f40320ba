import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBookingContention, type BookingContention } from '../../../tests/support/booking-contention.js';

describe('booking, when many want the same', () => {
  let contention: BookingContention;

  beforeAll(async () => {
    contention = await startBookingContention();
  });
  afterAll(() => contention.stop());

  it('gives one slot to one of a thousand who ask at the same moment, and tells the others why', async () => {
    const { won, lost, unexpected, live } = await contention.oneSlot(1_000);
    expect(unexpected).toEqual([]);
    expect({ won, lost, live }).toEqual({ won: 1, lost: 999, live: 1 });
  }, 180_000);

  it('gives two services in opposite orders whole or not at all', async () => {
    const { won, lost, unexpected, groups, halves, live } = await contention.oppositeOrders(60);
    expect(unexpected).toEqual([]);
    expect({ won, lost, groups, halves, live }).toEqual({ won: 2, lost: 58, groups: 2, halves: 0, live: 4 });
  }, 180_000);

  it('gives a group’s seats to as many as it has, and lets the rest wait in line', async () => {
    const { seats, waiting, unexpected, offered, firstInLine } = await contention.fullGroup({ capacity: 12, attempts: 80, cancelled: 3 });
    expect(unexpected).toEqual([]);
    expect(seats).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(waiting).toBe(68);
    expect(offered).toEqual(firstInLine);
  }, 180_000);

  it('books what is offered and refuses what is not', async () => {
    const { booked, refused, contradictions } = await contention.offeredAgainstBooked(60);
    expect(contradictions).toEqual([]);
    expect(booked).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(5);
  }, 180_000);

  it('has nobody wait in a circle', async () => {
    expect(await contention.deadlocks()).toBe(0);
  });
});
