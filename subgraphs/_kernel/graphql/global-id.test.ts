import { describe, expect, it } from '@jest/globals';
import { uuidv7 } from '../request/ids.js';
import { defineId } from './global-id.js';

const BookingId = defineId('Booking', 'bkg');
const ClientId = defineId('Client', 'cli');

describe('a global id', () => {
  it('comes back as the UUID it was made from', () => {
    const uuid = uuidv7();
    expect(BookingId.decode(BookingId.encode(uuid))).toBe(uuid);
  });

  it('is not found when it is malformed or of another type', () => {
    const strange = [ClientId.encode(uuidv7()), 'bkg_', 'bkg_xyz', uuidv7(), '', `bkg_${'0'.repeat(33)}`, `BKG_${'0'.repeat(32)}`];
    expect(strange.map((id) => BookingId.decode(id))).toEqual(strange.map(() => null));
    for (const id of strange) expect(() => BookingId.require(id)).toThrow('Booking not found');
  });
});
