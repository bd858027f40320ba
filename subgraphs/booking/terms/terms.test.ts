import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cancellationFee, freeUntil, termsAtPrice, termsSchema } from './terms.js';

const startsAt = new Date('2027-01-12T15:00:00Z');
const service = { cancellationWindowMinutes: 120, cancellationFeePercent: 50, noShowFeePercent: 100, depositPercent: 20 };

describe('the terms of a booking', () => {
  it('are shares of its price, half a minor unit rounded up', () => {
    expect(termsAtPrice(service, 5_001n, 'USD')).toEqual({
      cancellationWindowMinutes: 120,
      cancellationFeeAmount: 2_501n,
      noShowFeeAmount: 5_001n,
      depositAmount: 1_000n,
    });
  });

  it('are sums that a card can be charged, in currencies of three decimals too', () => {
    const { cancellationFeeAmount, depositAmount } = termsAtPrice(service, 10_050n, 'KWD');
    expect([cancellationFeeAmount, depositAmount]).toEqual([5_030n, 2_010n]);
    expect(termsAtPrice(service, 101n, 'JPY').depositAmount).toBe(20n);
  });

  it('never ask for more than the price', () => {
    const any = fc.record({
      cancellationWindowMinutes: fc.nat(600),
      cancellationFeePercent: fc.integer({ min: 0, max: 100 }),
      noShowFeePercent: fc.integer({ min: 0, max: 100 }),
      depositPercent: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(any, fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.constantFrom('JPY', 'USD', 'KWD'), (terms, price, currency) => {
        const { cancellationFeeAmount, noShowFeeAmount, depositAmount } = termsAtPrice(terms, price, currency);
        return [cancellationFeeAmount, noShowFeeAmount, depositAmount].every((amount) => amount >= 0n && amount <= price);
      }),
    );
  });

  it('let a client cancel for nothing up to the window, and never charge what the company calls off', () => {
    const booking = { ...termsAtPrice(service, 5_000n, 'USD'), startsAt, status: 'CONFIRMED' };
    const [inTime, late] = [new Date('2027-01-12T13:00:00Z'), new Date('2027-01-12T13:00:00.001Z')];
    expect(freeUntil(booking)).toEqual(inTime);
    expect(cancellationFee(booking, inTime, 'client')).toBe(0n);
    expect(cancellationFee(booking, late, 'client')).toBe(2_500n);
    expect(cancellationFee(booking, late, 'staff')).toBe(0n);
    expect(cancellationFee({ ...booking, status: 'PENDING' }, late, 'client')).toBe(0n);
  });

  it('are refused beyond a hundred percent', () => {
    expect(termsSchema.safeParse({ ...service, depositPercent: 101 }).error?.issues[0]?.path).toEqual(['depositPercent']);
  });
});
