/** How much a provider has to do around a start, and whose turn it is. */
export interface Load {
  readonly providerId: string;
  /** Of the days around the start. */
  readonly bookedMinutes: number;
  /** When she was last given a booking, as epoch milliseconds; null, which is longest ago, when she never was. */
  readonly lastBookedAt: number | null;
}

/** Whoever has least to do comes first; of several, who has waited longest for a booking; ids decide the rest. */
export const byLoad = (a: Load, b: Load): number =>
  a.bookedMinutes - b.bookedMinutes ||
  (a.lastBookedAt ?? 0) - (b.lastBookedAt ?? 0) ||
  (a.providerId < b.providerId ? -1 : 1);
