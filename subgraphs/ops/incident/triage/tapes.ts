import { INCIDENT_SEVERITIES } from '../incident.js';
import type { TriageSubject } from './features.js';

/** An incident of a tape, with how much it mattered in the end. */
export interface TapedIncident {
  readonly subject: TriageSubject;
  /** 0 for a false alarm to 3 for what should have been first. */
  readonly relevance: number;
  /** Which of the tenants it happened at. */
  readonly tenant: number;
  /** Hours since the beginning of the tape; what goes on in one hour is one board. */
  readonly hour: number;
}

/** Mulberry32: the same numbers for the same seed, 0 up to 1. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const CLASSES = ['AUTH_OPS', 'SECURITY', 'TENANCY', 'BILLING', 'QUALITY'] as const;

/** How much of each class turns out to be a real harm rather than a noisy threshold. */
const HARM: Readonly<Record<(typeof CLASSES)[number], number>> = {
  AUTH_OPS: 0.1,
  SECURITY: 0.45,
  TENANCY: 0.8,
  BILLING: 0.5,
  QUALITY: -0.1,
};

/**
 * Incidents as simulated attacks, outages and noisy thresholds leave them. Severity is guessed early and with
 * error; how much one mattered shows in how fast it grew, how far it spread, and whose data it touched.
 */
export function recordTape(seed: number, options: { readonly hours: number; readonly tenants: number }): readonly TapedIncident[] {
  const random = randomOf(seed);
  const taped: TapedIncident[] = [];
  for (let hour = 0; hour < options.hours; hour += 1) {
    const count = 16 + Math.floor(random() * 20);
    for (let at = 0; at < count; at += 1) {
      const classification = CLASSES[Math.floor(random() * CLASSES.length)] ?? 'QUALITY';
      const volume = Math.floor(10 ** (1 + random() * 3));
      const acceleration = random() ** 2;
      const related = random() < 0.8 ? 0 : Math.floor(random() * 20);
      const harm = HARM[classification] + 0.6 * acceleration + 0.25 * Math.log10(volume) + 0.15 * Math.log2(1 + related);
      const noisy = (spread: number): number => harm + (random() - 0.5) * spread;
      const level = (value: number): number => Math.max(0, Math.min(3, Math.floor((value - 0.35) / 0.4)));
      taped.push({
        subject: {
          severity: INCIDENT_SEVERITIES[level(noisy(1.4))] ?? 'LOW',
          classification,
          metrics: { events_5m: Math.round(volume * acceleration), events_1h: volume },
          related,
        },
        relevance: level(noisy(0.3)),
        tenant: Math.floor(random() * options.tenants),
        hour,
      });
    }
  }
  return taped;
}
