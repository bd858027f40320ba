import { z } from 'zod';
import { textSchema } from '../../_kernel/validation/text.js';

export type DiscoverySort = 'RELEVANCE' | 'RATING' | 'PRICE' | 'DISTANCE' | 'NEXT_FREE';

/** A place, and how far around it. */
export interface Near {
  readonly latitude: number;
  readonly longitude: number;
  readonly withinKm: number;
}

/** How many days ahead it is looked when somebody is free. */
export const LOOK_AHEAD = 28;

/** Nobody reads further than this. */
export const MOST_HITS = 200;

export const MOST_KILOMETRES = 200;

/** Degrees north and east. */
export const onEarth = {
  latitude: z.number().min(-90, 'must be at least -90').max(90, 'must be at most 90'),
  longitude: z.number().min(-180, 'must be at least -180').max(180, 'must be at most 180'),
};

export const discoverySchema = z.object({
  query: textSchema(200).nullish(),
  near: z
    .object({
      ...onEarth,
      withinKm: z.number().positive('must be positive').max(MOST_KILOMETRES, `must be at most ${MOST_KILOMETRES}`),
    })
    .nullish(),
  highestPrice: z.int().min(0, 'must not be negative').nullish(),
  freeWithinDays: z.int().min(1, 'must be at least 1').max(LOOK_AHEAD, `must be at most ${LOOK_AHEAD}`).nullish(),
  lowestRating: z.number().min(0, 'must not be negative').max(5, 'must be at most 5').nullish(),
});

const KM_PER_DEGREE = 111.2;
const CELLS_PER_DEGREE = 10;
const CELLS_AROUND = 360 * CELLS_PER_DEGREE;

/** The squares, a tenth of a degree wide, that a circle may touch; numbered as the database numbers them. */
export function cellsAround({ latitude, longitude, withinKm }: Near): readonly number[] {
  const north = withinKm / KM_PER_DEGREE;
  const furthest = Math.min(89.9, Math.abs(latitude) + north);
  const east = Math.min(180, north / Math.cos((furthest * Math.PI) / 180));
  const row = (degrees: number): number => Math.floor((degrees + 90) * CELLS_PER_DEGREE);
  const column = (degrees: number): number => Math.floor((degrees + 180) * CELLS_PER_DEGREE);
  const cells = new Set<number>();
  for (let y = row(Math.max(-90, latitude - north)); y <= row(Math.min(90, latitude + north)); y += 1) {
    for (let x = column(longitude - east); x <= column(longitude + east); x += 1) {
      cells.add(y * CELLS_AROUND + (((x % CELLS_AROUND) + CELLS_AROUND) % CELLS_AROUND));
    }
  }
  return [...cells];
}

/** As many ratings of the middle are taken for given, so that one review does not outshine hundreds. */
const GIVEN_REVIEWS = 5;
const GIVEN_RATING = 3;

/** How good a provider is taken to be, from 0 for nobody's word to 5. */
export const qualityOf = (ratingSum: number, reviews: number): number =>
  reviews === 0 ? 0 : (ratingSum + GIVEN_REVIEWS * GIVEN_RATING) / (reviews + GIVEN_REVIEWS);
